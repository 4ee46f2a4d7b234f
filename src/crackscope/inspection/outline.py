"""The outline of a group of cells: a polygon along the borders of the cells."""

from collections import defaultdict
from collections.abc import Iterable

Cell = tuple[int, int]
Corner = tuple[int, int]
"""(row, column) of a corner; a cell has that of its upper left one."""

_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Right, down, left, up: clockwise, rows downwards."""


def outline(cells: Iterable[Cell]) -> list[Corner]:
    """The corners of the outer border, clockwise from the upper left, without collinear ones.

    `cells` are 8-connected: where two touch only at a corner, the border passes through it twice.
    Holes are filled.
    """
    inside = set(cells)
    if not inside:
        raise ValueError("an outline needs at least one cell")
    ways = _border(inside)
    first = place = min(inside)
    heading = 0
    corners = [first]
    while ways[place]:
        onward = _leftmost(ways[place], heading)
        if onward != heading:
            corners.append(place)
        heading = onward
        ways[place].remove(heading)
        place = (place[0] + _STEPS[heading][0], place[1] + _STEPS[heading][1])
    return corners


def _border(inside: set[Cell]) -> dict[Corner, list[int]]:
    """The headings of the border from each corner, with the cells on its right."""
    ways: dict[Corner, list[int]] = defaultdict(list)
    for row, column in inside:
        if (row - 1, column) not in inside:
            ways[row, column].append(0)
        if (row, column + 1) not in inside:
            ways[row, column + 1].append(1)
        if (row + 1, column) not in inside:
            ways[row + 1, column + 1].append(2)
        if (row, column - 1) not in inside:
            ways[row + 1, column].append(3)
    return ways


def _leftmost(ways: list[int], heading: int) -> int:
    """The leftmost heading, which keeps cells together that touch at a corner."""
    return next((heading + turn) % 4 for turn in (3, 0, 1) if (heading + turn) % 4 in ways)
