"""Cracks as a mask: a PNG of the photo's size, 255 where a crack is, else 0."""

import struct
import zlib
from collections.abc import Iterable, Iterator

import numpy as np

from crackscope.images.ours import PNG_TEXT
from crackscope.rendering.nearness import Discs, distance
from crackscope.types import Box, Crack

_ROWS = 256
"""Rows that are drawn at once: the mask of a photo of a gigapixel is never held whole."""
_FAST = 1
"""zlib's level: nearly all of a mask is 0, so that more effort saves nothing."""


def png(cracks: Iterable[Crack], width: int, height: int) -> bytes:
    """The file, 8 bits a pixel, grey."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"".join(_compressed(cracks, width, height))
    chunks = ((b"IHDR", header), PNG_TEXT, (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _compressed(cracks: Iterable[Crack], width: int, height: int) -> Iterator[bytes]:
    """The rows, each after a byte for the filter: none."""
    discs = Discs.of(line for crack in cracks for line in crack.lines)
    packer = zlib.compressobj(_FAST)
    for top in range(0, height, _ROWS):
        part = Box(0, top, width, min(top + _ROWS, height))
        rows = np.zeros((part.height, 1 + width), np.uint8)
        near = discs.near(part, 0.0)
        if len(near.x):
            x0, x1 = near.columns(part)
            rows[:, 1 + x0 : 1 + x1][distance(near, Box(x0, part.y0, x1, part.y1)) <= 0] = 255
        yield packer.compress(rows.tobytes())
    yield packer.flush()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
