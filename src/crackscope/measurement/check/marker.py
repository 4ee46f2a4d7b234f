"""The pattern of the sheet's marker, as data: no OpenCV is needed to print it."""

import re

DICTIONARY, NUMBER = "DICT_4X4_50", 0
"""OpenCV's names of the dictionary and of the marker in it."""
BITS = ("1011", "0101", "0011", "0010")
"""Its inner cells, 1 white and 0 black, from top to bottom; a black cell goes all around them."""
CELLS = len(BITS) + 2
"""Cells along a side."""


def dark_runs() -> list[tuple[int, int, int, int]]:
    """(row, column, rows, columns) of black cells in a row or in a column.

    They overlap, so that no viewer shows a seam between two cells.
    """
    rows = ["0" * CELLS, *(f"0{row}0" for row in BITS), "0" * CELLS]
    across = [
        (at, start, 1, end - start) for at, row in enumerate(rows) for start, end in _runs(row)
    ]
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    down = [
        (start, at, end - start, 1) for at, row in enumerate(columns) for start, end in _runs(row)
    ]
    return across + down


def _runs(cells: str) -> list[tuple[int, int]]:
    """Where each run of black cells begins and ends."""
    return [found.span() for found in re.finditer("0+", cells)]
