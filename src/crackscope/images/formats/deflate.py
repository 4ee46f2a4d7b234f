"""Deflated pixels, unpacked to their checksum.

libtiff stops where it has all pixels. Damage that makes more of them shows behind that only.
"""

import zlib

from crackscope.errors import ImageError

COMPRESSIONS = (8, 32946)
"""Of a TIFF."""
_AT_ONCE = 2**22


def check(piece: bytes, most: int) -> None:
    """Raise ImageError where a strip or tile is damaged, as its own checksum says.

    One that unpacks to more than `most` bytes is left to the decoder.
    """
    unpacker, packed = zlib.decompressobj(), piece
    try:
        while packed and most > 0:
            most -= len(unpacker.decompress(packed, _AT_ONCE))
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise ImageError("unreadable", f"the packed pixels are damaged: {error}") from error
    if most > 0 and not unpacker.eof:
        raise ImageError("unreadable", "the packed pixels are damaged: they have no end")
