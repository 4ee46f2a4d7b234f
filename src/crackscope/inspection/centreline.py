"""The centre line of a group of cells, and how long it is.

Thinning after Zhang & Suen 1984, https://doi.org/10.1145/357994.358023 .
"""

import math

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
_AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""(row, column) of the eight neighbours, clockwise from the one above."""


def thin(mask: Mask) -> Mask:
    """(R, C) bool -> its skeleton, one cell wide, of as many parts."""
    left = np.pad(mask, 1)
    while True:
        before = left.copy()
        for up_right in (True, False):
            left &= ~_border(left, up_right)
        if (left == before).all():
            return left[1:-1, 1:-1]


def _border(mask: Mask, up_right: bool) -> Mask:
    """Cells of one side's border that can go without parting what they hang on."""
    near = np.stack([np.roll(mask, (-row, -column), (0, 1)) for row, column in _AROUND])
    count = near.sum(axis=0)
    starts = (~near & np.roll(near, -1, axis=0)).sum(axis=0)
    up, right, down, left = near[0], near[2], near[4], near[6]
    if up_right:
        open_side = ~(up & right & down) & ~(right & down & left)
    else:
        open_side = ~(up & right & left) & ~(up & down & left)
    return np.asarray(mask & (count >= 2) & (count <= 6) & (starts == 1) & open_side)


def length(mask: Mask, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> float:
    """Pixels along the centre line of `mask` (R, C), whose cells begin at `rows` (R + 1,) and
    `columns` (C + 1,), and one cell for its ends."""
    line = thin(mask)
    y, x = ((borders[1:] + borders[:-1]) / 2 for borders in (rows, columns))
    total = 0.0
    for row, column in np.argwhere(line):
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            i, j = row + down, column + right
            there = 0 <= i < line.shape[0] and 0 <= j < line.shape[1] and line[i, j]
            if there and not (down and right and (line[row, j] or line[i, column])):
                total += math.hypot(y[i] - y[row], x[j] - x[column])
    return total + float(min(np.diff(rows).min(), np.diff(columns).min()))
