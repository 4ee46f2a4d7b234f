"""Regions: neighbouring windows that reach the threshold."""

import numpy as np
from numpy.typing import NDArray

from crackscope.inspection import centreline
from crackscope.inspection.outline import outline
from crackscope.types import Box, Region, ScoreMap

Cell = tuple[int, int]
Borders = tuple[NDArray[np.int64], NDArray[np.int64]]


def find_regions(found: ScoreMap, upper: float) -> tuple[Region, ...]:
    """8-connected groups of windows that score at least `upper`, most important first.

    Each window represents the area around its centre. Importance is area times mean score.
    """
    groups = components(found.scores >= upper)
    borders = found.borders()
    tall, wide = map(np.diff, borders)
    groups.sort(key=lambda cells: -sum(found.scores[y, x] * tall[y] * wide[x] for y, x in cells))
    return tuple(
        (_region if len(cells) > 1 else _window)(found, borders, cells, number)
        for number, cells in enumerate(groups, start=1)
    )


def _window(found: ScoreMap, borders: Borders, cells: list[Cell], number: int) -> Region:
    """The same as `_region` for a single window, without a search: most cracked patches are one."""
    ((row, column),) = cells
    rows, columns = borders
    top, bottom = int(rows[row]), int(rows[row + 1])
    left, right = int(columns[column]), int(columns[column + 1])
    score = float(found.scores[row, column])
    return Region(
        id=number,
        box=Box(left, top, right, bottom),
        score=score,
        outline=((left, top), (right, top), (right, bottom), (left, bottom)),
        mean_score=score,
        area_px=(right - left) * (bottom - top),
        length_px=float(min(right - left, bottom - top)),
    )


def _region(found: ScoreMap, borders: Borders, cells: list[Cell], number: int) -> Region:
    rows, columns = borders
    at = tuple(np.array(cells).T)
    scores = found.scores[at]
    (top, left), (bottom, right) = (edge(at, axis=1).tolist() for edge in (np.min, np.max))
    part = np.zeros((bottom - top + 1, right - left + 1), bool)
    part[at[0] - top, at[1] - left] = True
    place = rows[top : bottom + 2], columns[left : right + 2]
    height, width = found.scores.shape
    truncated = (top == 0, left == 0, bottom == height - 1, right == width - 1)
    return Region(
        id=number,
        box=Box(*(int(value) for edge in (0, -1) for value in (place[1][edge], place[0][edge]))),
        score=float(scores.max()),
        outline=tuple((int(columns[x]), int(rows[y])) for y, x in outline(cells)),
        mean_score=float(scores.mean()),
        area_px=int((np.diff(rows)[at[0]] * np.diff(columns)[at[1]]).sum()),
        length_px=centreline.length(part, *place, truncated),
    )


def components(mask: NDArray[np.bool_]) -> list[list[Cell]]:
    """The 8-connected components of a (rows, columns) mask, in reading order."""
    left: set[Cell] = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    groups: list[list[Cell]] = []
    for first in sorted(left):
        if first not in left:
            continue
        left.remove(first)
        group = [first]
        for row, column in group:  # the list grows during the iteration
            near = {(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & left
            left -= near
            group.extend(sorted(near))
        groups.append(group)
    return groups
