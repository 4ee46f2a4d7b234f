"""A second opinion on a file that was scored: the damage that a strict reader sees in it.

Nothing here is what `inspect` reads with, but the decoders themselves. "" says that the damage
leaves no trace, as a flipped bit in a bitmap does, or that it does no harm, as in a comment.
"""

import importlib
import io
import os
import warnings
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import simplejpeg
from PIL import Image

from fuzz.originals import Original

_LONG, _TWO_ROWS = 64, 1200
"""Bytes of zeros that packed data does not end with, and raw rows of a photo neither."""
_RAW = (b"II", b"MM", b"BM", b"P5", b"P6")
_HARM = ("Premature end", "Corrupt JPEG data", "Inconsistent progression")
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "JPEG2000", "PPM", "AVIF")
_DNG, _OFFSETS, _LENGTHS, _TABLES = 50706, (273, 324), (279, 325), 347
_DEFLATE, _JPEG = ("tiff_adobe_deflate", "tiff_deflate"), "jpeg"


def seen(original: Original, content: bytes) -> str:
    """Why `content`, which is that of `original` but damaged, should not be scored."""
    whole = original.content
    return _zero_tail(whole[: original.first], content) or _by_decoder(whole, content)


def _zero_tail(original: bytes, content: bytes) -> str:
    """The file has its length, but zeros to its end where the original has a picture."""
    tail = len(content) - len(content.rstrip(b"\0"))
    lost = original[len(content) - tail :]
    least = _TWO_ROWS if original.startswith(_RAW) else _LONG
    if tail == 0 or len(lost) - lost.count(0) < least:
        return ""
    return f"zero tail: the last {tail} of {len(content)} bytes"


def _by_decoder(original: bytes, content: bytes) -> str:
    if content[4:8] == b"ftyp" and not content[8:12].startswith(b"avi"):
        return _heic(content)
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(content), formats=_FORMATS) as image,
        ):
            if _DNG in getattr(image, "tag_v2", {}):
                return _preview(original, content)
            covered = _covered(image)
            image.load()
            if image.format == "TIFF" and covered < image.width * image.height:
                return f"its parts have {covered} of {image.width * image.height} pixels"
            check = _CHECKS.get(image.format or "")
            return check(original, content, image) if check else ""
    except Exception as error:  # noqa: BLE001  (decoders raise anything)
        return f"Pillow refuses it: {error}"


def _covered(image: Any) -> int:
    """How many pixels the parts of a picture stand for, each of its planes."""
    extents = [tile[1] or (0, 0, *image.size) for tile in image.tile]
    return sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in set(extents))


def _heic(content: bytes) -> str:
    try:
        importlib.import_module("pi_heif").open_heif(io.BytesIO(content)).to_pillow()
    except Exception as error:  # noqa: BLE001  (as above)
        return f"libheif refuses it: {error}"
    return ""


def _jpeg(original: bytes, content: bytes, image: Any = None) -> str:
    """What libjpeg remarks, but for stray bytes between the segments, which do no harm."""
    remark = _remark(content)
    stray = "extraneous" in remark and not _in_scan(original, content)
    return f"libjpeg: {remark}" if remark and not stray else ""


def _remark(jpeg: bytes) -> str:
    try:
        simplejpeg.decode_jpeg(jpeg, colorspace="GRAY")
    except ValueError as error:
        return str(error) if str(error).startswith(_HARM) else ""
    return ""


def _in_scan(original: bytes, content: bytes) -> bool:
    """Whether all that was changed lies between the head of the first scan and the end mark."""
    before = _alike(original, content)
    changed_end = len(original) - _alike(original[::-1], content[::-1])
    scan, end = original.rfind(b"\xff\xda", 0, before), original.rfind(b"\xff\xd9")
    return 0 <= scan < before - 12 and changed_end <= end + 2


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes two files begin with alike."""
    return len(os.path.commonprefix([one, other]))  # noqa: RUF071  (bytes, not paths)


def _preview(original: bytes, content: bytes) -> str:
    """The JPEG in a DNG, where nothing else of the file was changed."""
    begin = original.find(b"\xff\xd8\xff")
    end = original.find(b"\xff\xd9", begin) + 2
    whole = (original[:begin], original[end:], len(original))
    if (content[:begin], content[end:], len(content)) != whole:
        return ""
    return _jpeg(original[begin:end], content[begin:end])


def _png(original: bytes, content: bytes, image: Any) -> str:
    """Checksums of the chunks that bear on pixels, the stream inside, and the end."""
    packed = b""
    for kind, data, checksum in _chunks(content):
        critical = not kind[0] & 0x20
        if critical and zlib.crc32(data, zlib.crc32(kind)) != checksum:
            return f"the checksum of {kind!r} is wrong"
        packed += data if kind == b"IDAT" else b""
        if kind == b"IEND":
            return _unpacked(packed, 0)
    return "it has no end"


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    position = 8
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4])
        end = position + 8 + length
        checksum = int.from_bytes(content[end : end + 4])
        yield content[position + 4 : position + 8], content[position + 8 : end], checksum
        position = end + 4


def _unpacked(packed: bytes, least: int) -> str:
    """What is wrong with a zlib stream of at least so many bytes."""
    unpacker = zlib.decompressobj()
    try:
        found = len(unpacker.decompress(packed))
    except zlib.error as error:
        return str(error)
    return "" if unpacker.eof and found >= least else "the packed pixels end too soon"


def _tiff(original: bytes, content: bytes, image: Any) -> str:
    """Strips or tiles that lie behind the end, and what their own decoder says of each."""
    tags, compression = image.tag_v2, image.info.get("compression")
    if compression == "raw":  # its lengths bear on nothing: Pillow says what is missing
        return ""
    offsets, lengths = _listed(tags, _OFFSETS), _listed(tags, _LENGTHS)
    places = list(zip(offsets, lengths, strict=False))
    if any(offset + length > len(content) for offset, length in places):
        return "a part of the picture lies behind the end"
    parts = [content[offset : offset + length] for offset, length in places]
    if compression in _DEFLATE:
        return next(filter(None, (_unpacked(part, 1) for part in parts)), "")
    if compression == _JPEG:
        tables = bytes(tags.get(_TABLES, b""))[:-2] or b"\xff\xd8"
        return next(filter(None, (_remark(tables + part[2:]) for part in parts)), "")
    return ""


def _listed(tags: Any, numbers: tuple[int, int]) -> tuple[int, ...]:
    return next((tags[number] for number in numbers if number in tags), ())


def _gif(original: bytes, content: bytes, image: Any) -> str:
    """The codes of the first picture give fewer pixels than it has: the rest keeps its colour."""
    begin = next((at for at in _gif_pictures(content)), -1)
    if begin < 0:
        return "it has no picture"
    width, height = (int.from_bytes(content[begin + n : begin + n + 2], "little") for n in (5, 7))
    flags = content[begin + 9]
    position = begin + 10 + (3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0)
    found = _lzw_pixels(content[position], _sub_blocks(content, position + 1))
    short = f"its codes give {found} of {width * height} pixels"
    return short if found < width * height else ""


def _gif_pictures(content: bytes) -> Iterator[int]:
    flags = content[10]
    position = 13 + (3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0)
    while position < len(content) and content[position] == 0x21:
        position += 2
        while position < len(content) and content[position]:
            position += 1 + content[position]
        position += 1
    if position + 11 < len(content) and content[position] == 0x2C:
        yield position


def _sub_blocks(content: bytes, position: int) -> bytes:
    blocks = []
    while position < len(content) and content[position]:
        blocks.append(content[position + 1 : position + 1 + content[position]])
        position += 1 + content[position]
    return b"".join(blocks)


def _lzw_pixels(bits: int, packed: bytes) -> int:
    """How many pixels the codes stand for, up to the first that is none."""
    clear, end = 1 << bits, (1 << bits) + 1
    lengths: list[int] = []
    size, previous, pixels, room, held = bits + 1, 0, 0, 0, 0
    for byte in packed:
        held |= byte << room
        room += 8
        while room >= size:
            code, held, room = held & ((1 << size) - 1), held >> size, room - size
            if code == clear:
                lengths, size, previous = [1] * (end + 1), bits + 1, 0
                continue
            if code == end or not lengths or code > len(lengths):
                return pixels
            if previous and len(lengths) < 4096:
                lengths.append(previous + 1)
            if code >= len(lengths):
                return pixels
            previous = lengths[code]
            pixels += previous
            if len(lengths) == 1 << size and size < 12:
                size += 1
    return pixels


def _webp(original: bytes, content: bytes, image: Any) -> str:
    length = int.from_bytes(content[4:8], "little") + 8
    return f"it says {length} bytes, and has {len(content)}" if length > len(content) else ""


def _jpeg2000(original: bytes, content: bytes, image: Any) -> str:
    return "" if b"\xff\xd9" in content else "it has no end"


_CHECKS: dict[str, Callable[[bytes, bytes, Any], str]] = {
    "JPEG": _jpeg,
    "MPO": _jpeg,
    "PNG": _png,
    "TIFF": _tiff,
    "GIF": _gif,
    "WEBP": _webp,
    "JPEG2000": _jpeg2000,
}
