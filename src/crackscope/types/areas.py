"""Areas of a photo: boxes, windows with their scores, and cracked regions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from crackscope.types.fields import Document, Mark, require


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright photo; x1 and y1 are exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        rule = "a box must satisfy 0 <= x0 < x1 and 0 <= y0 < y1"
        require(0 <= self.x0 < self.x1 and 0 <= self.y0 < self.y1, rule, self.to_list())

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0

    def union(self, other: "Box") -> "Box":
        """The smallest box that contains both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def to_list(self) -> list[int]:
        """[x0, y0, x1, y1]."""
        return [self.x0, self.y0, self.x1, self.y1]

    @classmethod
    def of_list(cls, edges: Iterable[int]) -> "Box":
        """Inverse of `to_list`."""
        return cls(*edges)


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


@dataclass(frozen=True, slots=True)
class Region(Document):
    """Adjacent windows whose scores reach the threshold.

    `score` is their maximum; `outline` are the corners (x, y) of the polygon, in pixels of the
    upright photo, () if only the box is known; `length_px` is the length of the centre line. Values
    in mm require the photo's ground sampling distance.
    """

    id: int
    box: Annotated[Box, Mark.FLAT]
    score: float
    outline: tuple[tuple[int, int], ...] = ()
    mean_score: float | None = None
    area_px: int | None = None
    length_px: float | None = None
    area_mm2: float | None = None
    length_mm: float | None = None

    def in_mm(self, mm_per_px: float) -> "Region":
        """The same region with length and area in mm, at a ground sampling distance."""
        area = None if self.area_px is None else self.area_px * mm_per_px**2
        length = None if self.length_px is None else self.length_px * mm_per_px
        return replace(self, area_mm2=area, length_mm=length)
