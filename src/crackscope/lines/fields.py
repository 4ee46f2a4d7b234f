"""Sample logits and grey pixels of a line map at any point of a photo."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.scoring.scored import PIXELS_A_PLACE, LineMap

ABSENT = -12.0
"""Logit of places that were not decoded: no crack."""
_MOST = 30.0

Floats = NDArray[np.float32]
Whole = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _At:
    """Row or column indices: of the tiles, and within the tile."""

    tile: Whole
    within: Whole


@dataclass(frozen=True, slots=True)
class Fields:
    """The tiles of a map, concatenated, and the index of each.

    `index` (rows, columns of tiles) int32 is the tile's number; missing tiles have the last one.
    """

    found: LineMap
    index: NDArray[np.int32]
    logits: Floats
    grey: NDArray[np.uint8]

    @classmethod
    def of(cls, found: LineMap) -> "Fields":
        """Copy the tiles of a map."""
        count, side = len(found.tiles), found.side
        grid = tuple(-(-places // side) for places in found.shape)
        index = np.full(grid, count, np.int32)
        fine = PIXELS_A_PLACE * side
        logits = np.full((count + 1, side, side), ABSENT, np.float32)
        grey = np.zeros((count + 1, fine, fine), np.uint8)
        for number, (at, tile) in enumerate(found.tiles.items()):
            index[at] = number
            rows, columns = tile.logits.shape
            logits[number, :rows, :columns] = np.clip(
                np.nan_to_num(tile.logits, nan=ABSENT), -_MOST, _MOST
            )
            rows, columns = tile.grey.shape
            grey[number, :rows, :columns] = tile.grey
            grey[number, rows:] = grey[number, rows - 1]
            grey[number, :, columns:] = grey[number, :, columns - 1 : columns]
        return cls(found, index, logits.reshape(-1), grey.reshape(-1))

    def logit(self, x: Floats, y: Floats) -> Floats:
        """Logits at x, y, bilinear between the centres of places and constant beyond the border."""
        across, down = self.found.scale
        rows, columns = self.found.shape
        u = np.clip(x / np.float32(across) - np.float32(0.5), 0, columns - 1)
        v = np.clip(y / np.float32(down) - np.float32(0.5), 0, rows - 1)
        left, top = u.astype(np.int32), v.astype(np.int32)
        right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
        u, v = u - left, v - top
        tops, bottoms, lefts, rights = (self._split(at) for at in (top, bottom, left, right))
        upper = self._logit(tops, lefts) * (1 - u) + self._logit(tops, rights) * u
        lower = self._logit(bottoms, lefts) * (1 - u) + self._logit(bottoms, rights) * u
        return np.asarray(upper * (1 - v) + lower * v, np.float32)

    def _logit(self, row: _At, column: _At) -> Floats:
        side = self.found.side
        tile = self.index[row.tile, column.tile].astype(np.int64)
        at = (tile * side + row.within) * side + column.within
        return np.asarray(self.logits[at])

    def _split(self, place: Whole, size: int = 1) -> _At:
        side = size * self.found.side
        tile = place // side
        return _At(tile, place - tile * side)

    def grey_at(self, x: Floats, y: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """The grey pixel at each point, and whether it exists."""
        across, down = (step / PIXELS_A_PLACE for step in self.found.scale)
        rows, columns = (PIXELS_A_PLACE * places for places in self.found.shape)
        column = np.floor(x / np.float32(across)).astype(np.int32)
        row = np.floor(y / np.float32(down)).astype(np.int32)
        inside = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
        column, row = np.clip(column, 0, columns - 1), np.clip(row, 0, rows - 1)
        fine = PIXELS_A_PLACE * self.found.side
        rows_at, columns_at = (self._split(at, PIXELS_A_PLACE) for at in (row, column))
        tile = self.index[rows_at.tile, columns_at.tile].astype(np.int64)
        inside &= tile < len(self.found.tiles)
        at = (tile * fine + rows_at.within) * fine + columns_at.within
        return self.grey[at].astype(np.float32), inside
