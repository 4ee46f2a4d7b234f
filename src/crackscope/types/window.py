"""The windows of a photo, and the score of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.types.box import Box, require


@dataclass(frozen=True, slots=True)
class Tile:
    """One window of a photo and its place in the grid of windows."""

    box: Box
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """The calibrated scores of all windows of a photo: (rows, columns) float64, 0 to 1.

    Windows are `height` × `width` pixels; `tops` and `lefts` are the first pixels of their rows and
    columns, ascending. Windows `window_stride` rows or columns from each other do not overlap.
    """

    scores: NDArray[np.float64]
    tops: NDArray[np.int64]
    lefts: NDArray[np.int64]
    height: int
    width: int
    window_stride: int = 1

    def __post_init__(self) -> None:
        shape = (len(self.tops), len(self.lefts))
        rule = "there must be one score for each window"
        require(self.scores.shape == shape and self.scores.size > 0, rule, shape)

    @classmethod
    def even(cls, scores: NDArray[np.float64], side: int, width: int, height: int) -> "ScoreMap":
        """Scores of windows of `side` × `side` equal cells, with a stride of one cell, that cover a
        photo of `width` × `height` px."""
        rows, columns = (count + side - 1 for count in scores.shape)
        tops, lefts = (
            np.rint(np.arange(count) * (pixels / cells)).astype(np.int64)
            for count, pixels, cells in (
                (scores.shape[0], height, rows),
                (scores.shape[1], width, columns),
            )
        )
        return cls(scores, tops, lefts, height - int(tops[-1]), width - int(lefts[-1]), side)

    @classmethod
    def of_tiles(cls, tiles: Sequence[Tile], scores: NDArray[np.float64]) -> "ScoreMap":
        """Scores (N,) of the windows `tiles`, row by row."""
        last = tiles[-1]
        rows, columns = last.row + 1, last.column + 1
        return cls(
            scores.reshape(rows, columns),
            np.array([tile.box.y0 for tile in tiles[::columns]]),
            np.array([tile.box.x0 for tile in tiles[:columns]]),
            last.box.height,
            last.box.width,
        )

    def box(self, row: int, column: int) -> Box:
        """The box of the window in a row and column."""
        top, left = int(self.tops[row]), int(self.lefts[column])
        return Box(left, top, left + self.width, top + self.height)

    def borders(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Borders of the rows (R + 1,) and columns (C + 1,) of cells that the windows represent:
        midway between the centres of adjacent windows, in pixels."""
        return _borders(self.tops, self.height), _borders(self.lefts, self.width)


def _borders(starts: NDArray[np.int64], side: int) -> NDArray[np.int64]:
    middles = starts + side / 2
    between = np.rint((middles[1:] + middles[:-1]) / 2).astype(np.int64)
    return np.concatenate([[0], between, [starts[-1] + side]])
