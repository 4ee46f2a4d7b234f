"""Where the windows of a photo lie."""

from math import ceil

from crackscope.types import Box, Tile

_STRETCH = 1.25
"""A side up to this many windows long is one window, resized a little, not two that overlap."""


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


def _spans(side: int, window: int) -> list[tuple[int, int]]:
    if side <= _STRETCH * window:
        return [(0, side)]
    starts = [min(index * window, side - window) for index in range(ceil(side / window))]
    return [(start, start + window) for start in starts]
