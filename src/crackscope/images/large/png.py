"""Reads the rows of a PNG a few at a time, each group decoded as a small PNG.

The filter of a row refers to the row above, so that row is the first of the next small PNG.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import IO

from PIL import Image, ImageCms

from crackscope.errors import ImageError
from crackscope.images.convert import to_rgb
from crackscope.images.signature import truncated
from crackscope.types import Pixels

_START = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Channels by colour type: grey, RGB, palette, grey and alpha, RGBA."""
_INDEXED = 3
_READ, _AT_ONCE = 2**20, 2**24
"""Bytes read at once, compressed and uncompressed."""
_ROW = 2**27
"""Maximum bytes of a row."""


def why_not(head: bytes) -> str:
    """Why a PNG that begins with `head` cannot be read block by block; "" if it can."""
    width, _, depth, colour, _, _, interlace = _header(head)
    if interlace:
        return "it is interlaced"
    if depth != 8 or colour not in _CHANNELS:
        return f"it has {depth} bits per channel instead of 8"
    return "its rows are too long" if width * _CHANNELS[colour] > _ROW else ""


def _header(head: bytes) -> tuple[int, int, int, int, int, int, int]:
    return struct.unpack_from(">2I5B", head, 16)


def chunks(file: IO[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """(kind, offset, length) of all chunks, without reading their data.

    Raises ImageError if the file is truncated.
    """
    size = file.seek(0, io.SEEK_END)
    position, kind = len(_START), b""
    while kind != b"IEND":
        file.seek(position)
        head = file.read(8)
        if len(head) < 8 or position + 12 + int.from_bytes(head[:4]) > size:
            raise truncated()
        length, kind = int.from_bytes(head[:4]), head[4:]
        yield kind, position + 8, length
        position += 12 + length


def verify(content: bytes) -> None:
    """Raise ImageError if a checksum of the pixels is wrong; Pillow does not check them."""
    for _ in _packed(io.BytesIO(content)):
        pass


def strips(file: IO[bytes], profile: ImageCms.ImageCmsProfile | None) -> Iterator[Pixels]:
    """The rows of the image from top to bottom, (h, W, 3) uint8 RGB."""
    file.seek(0)
    width, height, depth, colour, *_ = _header(file.read(33))
    row_bytes = width * _CHANNELS[colour]
    palette = _palette(file) if colour == _INDEXED else []
    above, left = bytes(row_bytes), height
    unpacked = _Unpacked(file)
    while left:
        count = min(left, max(1, _AT_ONCE // row_bytes))
        rows = unpacked.take(count * (1 + row_bytes))
        left -= count
        if not left:
            unpacked.finish()
        header = struct.pack(">2I5B", width, count + 1, depth, colour, 0, 0, 0)
        data = zlib.compress(b"".join((b"\0", above, rows)), 0)
        parts = ((b"IHDR", header), *palette, (b"IDAT", data), (b"IEND", b""))
        small = b"".join((_START, *(_chunk(*part) for part in parts)))
        with Image.open(io.BytesIO(small), formats=("PNG",)) as image:
            image.load()
            above = image.crop((0, count, width, count + 1)).tobytes()
            yield to_rgb(image, profile)[1:]


def _palette(file: IO[bytes]) -> list[tuple[bytes, bytes]]:
    """The palette chunk; raises ImageError if there is none before the pixels."""
    for kind, offset, length in chunks(file):
        if kind == b"PLTE":
            file.seek(offset)
            return [(kind, file.read(length))]
        if kind == b"IDAT":
            break
    raise ImageError("unreadable", "the PNG is damaged: its palette is missing")


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)))


class _Unpacked:
    """The content of the IDAT chunks, unpacked on demand."""

    def __init__(self, file: IO[bytes]) -> None:
        self._packed = _packed(file)
        self._unpacker = zlib.decompressobj()

    def take(self, count: int) -> bytes:
        """The next `count` bytes; raises ImageError if there are fewer."""
        parts: list[bytes] = []
        while count:
            packed = self._unpacker.unconsumed_tail or next(self._packed, b"")
            part = self._unpacker.decompress(packed, count)
            if not part and (not packed or self._unpacker.eof):
                raise ImageError("truncated", "the image data ends before the last row")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def finish(self) -> None:
        """Verify the remaining checksums; raises ImageError if one is wrong."""
        for _ in self._packed:
            pass


def _packed(file: IO[bytes]) -> Iterator[bytes]:
    """The data of the IDAT chunks in pieces of at most 1 MiB, their checksums verified."""
    for kind, offset, length in chunks(file):
        if kind != b"IDAT":
            continue
        checksum = zlib.crc32(kind)
        for begin in range(offset, offset + length, _READ):
            file.seek(begin)
            data = file.read(min(_READ, offset + length - begin))
            checksum = zlib.crc32(data, checksum)
            yield data
        file.seek(offset + length)
        if file.read(4) != checksum.to_bytes(4):
            raise ImageError("unreadable", "the PNG is damaged: a checksum is wrong")
