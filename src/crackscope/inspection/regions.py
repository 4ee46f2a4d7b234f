"""Join neighbouring windows that reach the threshold into regions."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from crackscope.types import Box, Region, WindowScores

Cell = tuple[int, int]


def find_regions(windows: WindowScores, upper: float) -> tuple[Region, ...]:
    """8-connected groups of windows that score `upper` or more; ids from 1, highest score first."""
    scores = windows.grid()
    columns = scores.shape[1]
    found: list[tuple[float, Box]] = []
    for cells in components(scores >= upper):
        boxes = [windows.tiles[row * columns + column].box for row, column in cells]
        found.append((max(float(scores[cell]) for cell in cells), reduce(Box.union, boxes)))
    found.sort(key=lambda item: (-item[0], item[1].y0, item[1].x0))
    return tuple(Region(index, box, score) for index, (score, box) in enumerate(found, start=1))


def components(mask: NDArray[np.bool_]) -> list[list[Cell]]:
    """The 8-connected components of a (rows, columns) mask, in reading order."""
    left: set[Cell] = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    groups: list[list[Cell]] = []
    for first in sorted(left):
        if first not in left:
            continue
        left.remove(first)
        group = [first]
        for row, column in group:  # the list grows while it is walked
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            group.extend(sorted(near))
        groups.append(group)
    return groups
