"""How a photo is divided: into windows, which are scored, and blocks, computed one at a time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil

from crackscope.types import Box, Pixels, Tile

_STRETCH = 1.25
"""A side up to this many windows long is one window, resized, instead of two that overlap."""
_MOST = 64
"""Maximum windows in a batch: limits memory for large photos."""


def grid(width: int, height: int, window: int) -> tuple[Tile, ...]:
    """Windows over a photo of `width` × `height` pixels, row by row.

    They cover every pixel at native resolution and have one size. They do not overlap, except that
    the last column and the last row are shifted back to end at the edge of the photo.
    """
    if min(width, height, window) < 1:
        raise ValueError(f"sizes must be at least 1 px. Received: {width, height, window}")
    columns, rows = _spans(width, window), _spans(height, window)
    return tuple(
        Tile(Box(x0, y0, x1, y1), row, column)
        for row, (y0, y1) in enumerate(rows)
        for column, (x0, x1) in enumerate(columns)
    )


def is_one_window(side: float, window: float) -> bool:
    """Whether a side is short enough for one window; both in the same unit, pixels or cells."""
    return side <= _STRETCH * window


def _spans(side: int, window: int) -> list[tuple[int, int]]:
    if is_one_window(side, window):
        return [(0, side)]
    starts = [min(index * window, side - window) for index in range(ceil(side / window))]
    return [(start, start + window) for start in starts]


def cut(pixels: Pixels, box: Box) -> Pixels:
    """The pixels of one window, (h, w, 3) uint8, as a view."""
    return pixels[box.y0 : box.y1, box.x0 : box.x1]


def of_one_size(grids: Sequence[Sequence[Tile]]) -> Iterator[list[tuple[int, int]]]:
    """Indices (photo, window) in groups of equal window size, to be stacked into batches.

    `grids` are the windows of each photo.
    """
    by_size = defaultdict(list)
    for number, tiles in enumerate(grids):
        for index, tile in enumerate(tiles):
            by_size[tile.box.height, tile.box.width].append((number, index))
    for places in by_size.values():
        for begin in range(0, len(places), _MOST):
            yield places[begin : begin + _MOST]


def spans(count: int, most: int) -> list[tuple[int, int]]:
    """(start, stop) of consecutive blocks of `count` cells, nearly equal, none above `most`."""
    if min(count, most) < 1:
        raise ValueError(f"count and most must be at least 1. Received: {count, most}")
    blocks = ceil(count / most)
    edges = [count * block // blocks for block in range(blocks + 1)]
    return list(pairwise(edges))


def with_halo(start: int, stop: int, halo: int | tuple[int, int], count: int) -> tuple[int, int]:
    """A block extended by `halo` cells on both sides, or by (before, after), within the photo."""
    before, after = (halo, halo) if isinstance(halo, int) else halo
    return max(0, start - before), min(count, stop + after)
