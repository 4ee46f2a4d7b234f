"""Placement of crack ids: beside the cracks, without covering a crack or another id."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.rendering.crack_lines import REACH
from crackscope.types import Crack, Line

_CELL = 4
"""Side in pixels of a cell of the occupancy grid."""
_REACHES = (1.5, 10.0)
"""Largest distance of an id from its crack, in heights of its text: farther away, nobody sees
which crack it belongs to. Near places are searched first, for speed."""
_TRIES = 200
"""Number of places tried, nearest first."""
_ANCHORS = 12
"""Number of points of a crack where a leader may end."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Label:
    """The id of a crack: its rectangle x0, y0, x1, y1 and the leader to its crack, in pixels."""

    id: int
    box: tuple[int, int, int, int]
    start: Point
    end: Point


def place(
    cracks: Sequence[Crack],
    ratio: float,
    size: tuple[int, int],
    text: Sequence[tuple[int, int]],
) -> list[Label]:
    """Labels for an image of `size` (width, height) that shows the photo at `ratio` times its size.

    `text` holds (width, height) of the ids of the first cracks, which get a label in this order. A
    crack without free space nearby gets none.
    """
    plan = _Plan(cracks, ratio, size)
    labels = []
    for crack, (width, height) in zip(cracks, text, strict=False):
        points = np.concatenate(crack.lines) * ratio
        anchors = points[np.linspace(0, len(points) - 1, _ANCHORS).astype(int)]
        label = plan.find(crack.id, anchors, width, height)
        if label is not None:
            plan.keep(label)
            labels.append(label)
    return labels


class _Plan:
    """Occupancy grid of the image: cells taken by cracks, labels and leaders."""

    def __init__(self, cracks: Sequence[Crack], ratio: float, size: tuple[int, int]) -> None:
        self._taken = np.zeros((size[1] // _CELL, size[0] // _CELL), bool)
        self._labels = self._taken.copy()
        for crack in cracks:
            for line in crack.lines:
                self._fill(self._taken, _band(line * ratio))

    def find(
        self, number: int, anchors: NDArray[np.float64], width: int, height: int
    ) -> Label | None:
        """The nearest free place whose leader crosses no label.

        `anchors` (N, 3) are points of the crack: x, y and width.
        """
        for reach in _REACHES:
            label = self._within(reach * height, number, anchors, width, height)
            if label is not None:
                return label
        return None

    def _within(
        self, reach: float, number: int, anchors: NDArray[np.float64], width: int, height: int
    ) -> Label | None:
        places = anchors[:, :2]
        starts = self._free(places, width, height, reach)
        if not len(starts):
            return None
        gaps = np.maximum(starts[:, None] - places, places - starts[:, None] - (width, height))
        far = np.hypot(*np.moveaxis(gaps.clip(0), 2, 0))
        nearest = far.min(axis=1)
        for best in np.argsort(nearest, kind="stable")[:_TRIES]:
            if nearest[best] > reach:
                return None
            label = _label(number, starts[best], anchors[far[best].argmin()], (width, height))
            if not self._labels[self._cells(_leader(label))].any():
                return label
        return None

    def keep(self, label: Label) -> None:
        """Mark the cells of a label and its leader as taken."""
        x0, y0, x1, y1 = label.box
        place = slice(y0 // _CELL, -(-y1 // _CELL)), slice(x0 // _CELL, -(-x1 // _CELL))
        for plan in (self._taken, self._labels):
            plan[place] = True
            self._fill(plan, _leader(label))

    def _free(
        self, anchors: NDArray[np.float64], width: int, height: int, reach: float
    ) -> NDArray[np.int64]:
        """(M, 2) top left corners x, y of free rectangles within `reach` of the anchors."""
        wide, high = -(-width // _CELL), -(-height // _CELL)
        far, most = reach / _CELL + max(wide, high), self._taken.shape[::-1]
        x0, y0 = np.clip(anchors.min(axis=0) / _CELL - far, 0, most).astype(int).tolist()
        x1, y1 = np.clip(anchors.max(axis=0) / _CELL + far, 0, most).astype(int).tolist()
        near = self._taken[y0:y1, x0:x1]
        if near.shape[0] < high or near.shape[1] < wide:
            return np.empty((0, 2), np.int64)
        sums = np.pad(near.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        full = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        corners: NDArray[np.int64] = (np.argwhere(full == 0)[:, ::-1] + (x0, y0)) * _CELL
        return corners

    def _fill(self, plan: NDArray[np.bool_], points: NDArray[np.float64]) -> None:
        plan[self._cells(points)] = True

    def _cells(self, points: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the cells of points (N, 2)."""
        columns, rows = np.floor(points / _CELL).astype(np.intp).T
        inside = (rows >= 0) & (columns >= 0)
        inside &= (rows < self._taken.shape[0]) & (columns < self._taken.shape[1])
        return rows[inside], columns[inside]


def _band(line: Line) -> NDArray[np.float64]:
    """(N, 2) points, one cell apart, that cover a line with its crack and casing."""
    steps = np.hypot(*np.diff(line[:, :2], axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    where = np.linspace(0, along[-1], 2 + int(along[-1] / _CELL))
    middle = np.stack([np.interp(where, along, line[:, axis]) for axis in (0, 1)], axis=1)
    reach = REACH + _CELL + float(line[:, 2].max()) / 2
    offsets = np.arange(-reach, reach + _CELL, _CELL)
    square = np.stack(np.meshgrid(offsets, offsets), axis=-1).reshape(-1, 2)
    points: NDArray[np.float64] = (middle[:, None] + square).reshape(-1, 2)
    return points


def _label(
    number: int, corner: NDArray[np.int64], anchor: NDArray[np.float64], size: tuple[int, int]
) -> Label:
    """A label whose leader ends at the line beside the crack, not on it."""
    x, y = corner.tolist()
    right, bottom = x + size[0], y + size[1]
    start = np.clip(anchor[:2], (x, y), (right, bottom))
    length = float(np.hypot(*(anchor[:2] - start)))
    bare = REACH + anchor[2] / 2
    end = start + (anchor[:2] - start) * (max(0.0, length - bare) / max(length, 1e-9))
    return Label(number, (x, y, right, bottom), tuple(start.tolist()), tuple(end.tolist()))


def _leader(label: Label) -> NDArray[np.float64]:
    """(N, 2) points along the leader, one pixel apart."""
    length = float(np.hypot(*np.subtract(label.end, label.start)))
    points: NDArray[np.float64] = np.linspace(label.start, label.end, 2 + int(length))
    return points
