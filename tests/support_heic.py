"""A small HEIC writer: boxes around `noise()`, which an HEVC encoder has coded once."""

import base64
import struct

_HEADER = base64.b85decode(
    "0RwOV0058x000009`FGC{rLC*01pFT0096PKmiN^|NjGU00093kN^M!000939=ZZRVE_RDD?$MQ18@KU0|1Z!00RI3"
    "0{|YNFo6Y@>PacCZUPz%2mk;B0LTCU0{{p>VgLaE2SfqEa<C#m"
)
"""The parameter sets, as the box hvcC holds them."""
CODED = base64.b85decode(
    "0003hC;_h-fcqtgtcWoqD*hk}$Nb`0l<w}d3qNkFZn{Q?pjzy;uo$AUa~e?Q69!f}1PDt;2Fd{f!W<@efUWo3`uY~-"
    "G)^FUFz)e0<b2c(xHt}GQ?c%7W`9IId30DhW+)e}8deZWycSIJJJyy5u!r4fk|m|SA(60npx?C+{&Ez+(BdGP!V}5l"
    "3}jP3nCeU`nWf@c0@V4{0PzUU$xIhiRKq_ddIz}G2W+?EYAI}a%_%OqG>8<P9r+#CRZQ`SeB3DC5SXX<(Tr2t0Rq`>"
    "<XKbp1}HJfwrAoNZ<%yFbU^u$$!_v(_$F?uP<|7yIH7!PgV<5@F?i@~+u}*})N=aSn-"
    "}qx7)zr0Fx&2msD|uV0bc><rVf<S#B=|yD}!P>Y(4"
)
"""96 x 64 px, at a low quality."""


def heic(
    coded: bytes = CODED,
    *,
    brand: bytes = b"heic",
    others: bytes = b"mif1heicmiaf",
    codec: bytes = b"hvc1",
    turns: int = 0,
    exif: bytes = b"",
) -> bytes:
    """A file of one picture, to be turned left so often; `exif` is a block of EXIF."""
    start = _box(b"ftyp", brand + bytes(4) + others)
    block = struct.pack(">I", 6) + exif if exif else b""
    lengths = [len(coded), len(block)] if exif else [len(coded)]
    types = [codec, b"Exif"] if exif else [codec]
    place = len(start) + len(_meta(types, 0, lengths, turns)) + 8
    return start + _meta(types, place, lengths, turns) + _box(b"mdat", coded + block)


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _meta(types: list[bytes], place: int, lengths: list[int], turns: int) -> bytes:
    """The box that says which items there are, from `place` on one after the other."""
    entries = [
        _box(b"infe", struct.pack(">IHH4sx", 2 << 24, number, 0, kind))
        for number, kind in enumerate(types, 1)
    ]
    places = b""
    for number, length in enumerate(lengths, 1):
        places += struct.pack(">HHHII", number, 0, 1, place, length)
        place += length
    return _box(
        b"meta",
        bytes(4),
        _box(b"hdlr", bytes(8), b"pict", bytes(13)),
        _box(b"pitm", struct.pack(">IH", 0, 1)),
        _box(b"iloc", struct.pack(">IHH", 0, 0x4400, len(lengths)), places),
        _box(b"iinf", struct.pack(">IH", 0, len(types)), *entries),
        *(
            [_box(b"iref", bytes(4), _box(b"cdsc", struct.pack(">3H", 2, 1, 1)))]
            if types[1:]
            else []
        ),
        _properties(turns),
    )


def _properties(turns: int) -> bytes:
    kinds = [
        _box(b"hvcC", _HEADER),
        _box(b"ispe", struct.pack(">3I", 0, 96, 64)),
        _box(b"irot", bytes([turns])),
    ]
    belongs = struct.pack(">IIHB3B", 0, 1, 1, 3, 0x81, 2, 0x83)
    return _box(b"iprp", _box(b"ipco", *kinds), _box(b"ipma", belongs))
