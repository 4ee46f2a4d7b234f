"""Crack masks: a PNG of the photo's size, 255 on cracks and 0 elsewhere."""

import struct
import zlib
from collections.abc import Iterable, Iterator

import numpy as np

from crackscope.images.signature import PNG_TEXT
from crackscope.rendering.nearness import Discs, distance
from crackscope.types import Box, Crack

_ROWS = 256
"""Rows drawn at once: the mask of a gigapixel photo is never held in memory as a whole."""
_FAST = 1
"""zlib level. A mask is almost entirely 0: a higher level saves nothing."""


def png(cracks: Iterable[Crack], width: int, height: int) -> bytes:
    """The mask as PNG, 8-bit greyscale."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"".join(_compressed(cracks, width, height))
    chunks = ((b"IHDR", header), PNG_TEXT, (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _compressed(cracks: Iterable[Crack], width: int, height: int) -> Iterator[bytes]:
    """The compressed rows, each with the filter byte 0."""
    discs = Discs.of(line for crack in cracks for line in crack.lines)
    packer = zlib.compressobj(_FAST)
    for top in range(0, height, _ROWS):
        block = Box(0, top, width, min(top + _ROWS, height))
        rows = np.zeros((block.height, 1 + width), np.uint8)
        near = discs.near(block, 0.0)
        if len(near.x):
            x0, x1 = near.columns(block)
            rows[:, 1 + x0 : 1 + x1][distance(near, Box(x0, block.y0, x1, block.y1)) <= 0] = 255
        yield packer.compress(rows.tobytes())
    yield packer.flush()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
