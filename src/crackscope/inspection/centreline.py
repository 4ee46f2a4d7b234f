"""The centre line of a group of cells, and its length.

Thinning after Zhang & Suen 1984, https://doi.org/10.1145/357994.358023 .
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Cell = tuple[int, int]
_LOOK_BACK = 4
"""Cells at the end of a line that determine its direction."""
_AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""(row, column) of the eight neighbours, clockwise from the one above."""


def thin(mask: Mask) -> Mask:
    """Thin a mask (R, C) bool to its skeleton, one cell wide, with the same number of
    components."""
    if 1 in mask.shape:  # already a line
        return mask
    left = np.pad(mask, 1)
    while True:
        before = left.copy()
        for up_right in (True, False):
            left &= ~_border(left, up_right)
        if (left == before).all():
            return left[1:-1, 1:-1]


def _border(mask: Mask, up_right: bool) -> Mask:
    """Border cells on one side that can be removed without disconnecting anything."""
    near = np.stack([np.roll(mask, (-row, -column), (0, 1)) for row, column in _AROUND])
    count = near.sum(axis=0)
    starts = (~near & np.roll(near, -1, axis=0)).sum(axis=0)
    up, right, down, left = near[0], near[2], near[4], near[6]
    if up_right:
        open_side = ~(up & right & down) & ~(right & down & left)
    else:
        open_side = ~(up & right & left) & ~(up & down & left)
    thinned = mask & (count >= 2) & (count <= 6) & (starts == 1) & open_side
    return np.asarray(thinned & ~_last_of_a_square(mask, near, count))


def _last_of_a_square(mask: Mask, near: Mask, count: NDArray[np.int64]) -> Mask:
    """The first cell of each isolated 2 x 2 square, which would otherwise disappear in one step."""
    three = mask & (count == 3)
    alone = three & near[2] & near[3] & near[4]
    for shift in ((0, -1), (-1, 0), (-1, -1)):
        alone &= np.roll(three, shift, (0, 1))
    return np.asarray(alone)


def length(
    mask: Mask,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    truncated: tuple[bool, bool, bool, bool] = (False, False, False, False),
) -> float:
    """Length in pixels along the centre line of `mask` (R, C), plus half a cell for each of two
    ends.

    The cells begin at `rows` (R + 1,) and `columns` (C + 1,). Thinning shortens each end by half
    the width of the region, which is about as far as a window sees beyond the end of a crack.
    `truncated` says whether the photo ends at the top, left, bottom and right of the mask: there
    the line is extended to the border.
    """
    line = thin(mask)
    centres = tuple((borders[1:] + borders[:-1]) / 2 for borders in (rows, columns))
    total = 0.0
    for row, column in np.argwhere(line).tolist():
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            i, j = row + down, column + right
            there = 0 <= i < line.shape[0] and 0 <= j < line.shape[1] and line[i, j]
            if there and not (down and right and (line[row, j] or line[i, column])):
                total += _apart(centres, (row, column), (i, j))
    free = 2
    for end, towards in _ends(line):
        last = _last_before_border(mask, end, towards, truncated)
        if last is not None:
            total += _apart(centres, end, last) + _to_border(mask, (rows, columns), last)
            free -= 1
    half = float(min(np.diff(rows).min(), np.diff(columns).min())) / 2
    return total + max(0, free) * half


def _apart(centres: tuple[Floats, ...], a: Cell, b: Cell) -> float:
    (y, x) = centres
    return math.hypot(y[a[0]] - y[b[0]], x[a[1]] - x[b[1]])


def _ends(line: Mask) -> Iterator[tuple[Cell, tuple[float, float]]]:
    """The end cells of lines, with the direction there; its larger component is ±1."""
    cells = {(row, column) for row, column in np.argwhere(line).tolist()}
    for cell in sorted(cells):
        way = [cell]
        for _ in range(_LOOK_BACK):
            row, column = way[-1]
            near = {(row + i, column + j) for i, j in _AROUND} & cells - set(way)
            if len(near) != 1:
                break
            way += near
        down, right = cell[0] - way[-1][0], cell[1] - way[-1][1]
        if len(way) > 1 and len({(cell[0] + i, cell[1] + j) for i, j in _AROUND} & cells) == 1:
            size = max(abs(down), abs(right))
            yield cell, (down / size, right / size)


def _last_before_border(
    mask: Mask, end: Cell, towards: tuple[float, float], truncated: tuple[bool, bool, bool, bool]
) -> Cell | None:
    """The last cell from `end` onward, if the line leaves the mask at the border of the photo."""
    last = end
    for step in range(1, sum(mask.shape)):
        row, column = (round(a + step * b) for a, b in zip(end, towards, strict=True))
        beyond = (row < 0, column < 0, row >= mask.shape[0], column >= mask.shape[1])
        if any(beyond):
            return last if all(c for c, b in zip(truncated, beyond, strict=True) if b) else None
        if not mask[row, column]:
            return None
        last = (row, column)
    return None


def _to_border(mask: Mask, borders: tuple[NDArray[np.int64], ...], last: Cell) -> float:
    """Half of the outermost cell: the distance from its centre to the border."""
    outermost = [
        np.diff(edges)[at] / 2
        for edges, at, count in zip(borders, last, mask.shape, strict=True)
        if at in (0, count - 1)
    ]
    return float(min(outermost))
