"""How a photo is cut: into windows, which are scored, and blocks, which are computed at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil

from crackscope.types import Box, Pixels, Tile

_STRETCH = 1.25
"""A side up to this many windows long is one window, resized a little, not two that overlap."""
_MOST = 64
"""Windows of a batch, so that a large photo is not held twice."""


def grid(width: int, height: int, window: int) -> tuple[Tile, ...]:
    """Windows over a photo of `width` × `height` pixels, row by row.

    They cover every pixel at native resolution and are all of one size. They lie side by side;
    only the last column and the last row are shifted back, so that they end with the photo.
    """
    if min(width, height, window) < 1:
        raise ValueError(f"grid needs sizes of at least 1 px; received {width, height, window}")
    columns, rows = _spans(width, window), _spans(height, window)
    return tuple(
        Tile(Box(x0, y0, x1, y1), row, column)
        for row, (y0, y1) in enumerate(rows)
        for column, (x0, x1) in enumerate(columns)
    )


def is_one_window(side: float, window: float) -> bool:
    """Whether a side is one window long, by the same unit: pixels, or cells."""
    return side <= _STRETCH * window


def _spans(side: int, window: int) -> list[tuple[int, int]]:
    if is_one_window(side, window):
        return [(0, side)]
    starts = [min(index * window, side - window) for index in range(ceil(side / window))]
    return [(start, start + window) for start in starts]


def cut(pixels: Pixels, box: Box) -> Pixels:
    """One window (h, w, 3) uint8 as a view; nothing is copied or resized here."""
    return pixels[box.y0 : box.y1, box.x0 : box.x1]


def of_one_size(grids: Sequence[Sequence[Tile]]) -> Iterator[list[tuple[int, int]]]:
    """Places (photo, window) in groups that can be stacked; `grids`: the windows of each photo."""
    by_size = defaultdict(list)
    for number, tiles in enumerate(grids):
        for index, tile in enumerate(tiles):
            by_size[tile.box.height, tile.box.width].append((number, index))
    for places in by_size.values():
        for begin in range(0, len(places), _MOST):
            yield places[begin : begin + _MOST]


def spans(count: int, most: int) -> list[tuple[int, int]]:
    """(start, stop) of consecutive parts of `count` cells, about equal, none above `most`."""
    if min(count, most) < 1:
        raise ValueError(f"spans needs counts of at least 1; received {count, most}")
    parts = ceil(count / most)
    edges = [count * part // parts for part in range(parts + 1)]
    return list(pairwise(edges))


def with_halo(start: int, stop: int, halo: int | tuple[int, int], count: int) -> tuple[int, int]:
    """A part widened by `halo` cells to either side, or (before, behind), as far as they go."""
    before, behind = (halo, halo) if isinstance(halo, int) else halo
    return max(0, start - before), min(count, stop + behind)
