"""A grid of small cells over a photo, to find what lies at a place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.seen import Floats, Whole

_CELL = 4
"""Side of a cell in pixels."""
_MOST = 2**23
"""Cells of a full grid; a larger photo has a table of those in use, which is slower."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The last place in each cell of a photo: a full grid, or `keys`, sorted, of cells in use."""

    rows: int
    columns: int
    held: NDArray[np.int32]
    keys: Whole | None

    @classmethod
    def of(cls, places: Floats, size: tuple[int, int]) -> "Cells":
        """The places (M, 2) x and y, M at least 1, in a photo of `size`, height and width."""
        rows, columns = size[0] // _CELL + 1, size[1] // _CELL + 1
        cells = _cells(places, rows, columns)
        number = np.arange(len(places), dtype=np.int32)
        if rows * columns <= _MOST:
            held = np.full(rows * columns, -1, np.int32)
            held[cells] = number
            return cls(rows, columns, held, None)
        keys, last = np.unique(cells[::-1], return_index=True)
        return cls(rows, columns, number[::-1][last], keys)

    def at(self, places: Floats) -> NDArray[np.int32]:
        """(M,) the number of the last place in the same cell, -1 if there is none."""
        cells = _cells(places, self.rows, self.columns)
        if self.keys is None:
            return np.asarray(self.held[cells])
        near = np.minimum(np.searchsorted(self.keys, cells), len(self.keys) - 1)
        return np.where(self.keys[near] == cells, self.held[near], np.int32(-1))


def _cells(places: Floats, rows: int, columns: int) -> Whole:
    """(M,) cells, row by row; places outside are in the outermost ones."""
    cell = np.clip((places / _CELL).astype(np.int64), 0, (columns - 1, rows - 1))
    return np.asarray(cell[:, 1] * columns + cell[:, 0])
