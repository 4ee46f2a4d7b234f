"""Checks Deflate-compressed pixels up to their checksum.

libtiff stops when it has all pixels, and misses damage that produces more of them.
"""

import zlib

from crackscope.errors import ImageError

COMPRESSIONS = (8, 32946)
"""Compression numbers of Deflate in TIFF."""
_AT_ONCE = 2**22


def check(piece: bytes, most: int) -> None:
    """Raise ImageError if a strip or tile is damaged, by its checksum.

    If it unpacks to more than `most` bytes, it is left to the decoder.
    """
    unpacker, packed = zlib.decompressobj(), piece
    try:
        while packed and most > 0:
            most -= len(unpacker.decompress(packed, _AT_ONCE))
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise ImageError("unreadable", f"the compressed pixels are damaged: {error}") from error
    if most > 0 and not unpacker.eof:
        raise ImageError("unreadable", "the compressed pixels are damaged: their end is missing")
