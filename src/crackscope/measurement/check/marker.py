"""The pattern of the sheet's marker as data, so that printing does not need OpenCV."""

import re

DICTIONARY, NUMBER = "DICT_4X4_50", 0
"""OpenCV's name of the dictionary, and the id of the marker."""
BITS = ("1011", "0101", "0011", "0010")
"""Inner cells from top to bottom, 1 white and 0 black, inside a border of black cells."""
CELLS = len(BITS) + 2
"""Cells per side."""


def dark_runs() -> list[tuple[int, int, int, int]]:
    """(row, column, rows, columns) of runs of black cells in rows and columns.

    The runs overlap, so that no viewer shows a seam between cells.
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
    """Start and end of each run of black cells."""
    return [found.span() for found in re.finditer("0+", cells)]
