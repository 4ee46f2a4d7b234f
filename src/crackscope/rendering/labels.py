"""Where the ids of cracks go: beside them, over no crack and no other id."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.rendering.crack_lines import REACH
from crackscope.types import Crack, Line

_CELL = 4
"""Pixels along a square of the plan of what is taken."""
_REACHES = (1.5, 10.0)
"""How far an id may be from its crack, in heights of its text: farther, no one sees whose it is.
What is near is looked at first, for speed."""
_TRIES = 200
"""Places that are looked at, the nearest first."""
_ANCHORS = 12
"""Points of a crack that a leader may start from."""

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
    """Labels for a picture of `size` (width, height) that shows the photo `ratio` times as large.

    `text` is the (width, height) of the ids of the first cracks, which get one; no id covers any
    crack. First come, first served; a crack that has no
    free place near it gets no label.
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
    """What is taken of the picture, in square cells: by cracks, and by labels and their leaders."""

    def __init__(self, cracks: Sequence[Crack], ratio: float, size: tuple[int, int]) -> None:
        self._taken = np.zeros((size[1] // _CELL, size[0] // _CELL), bool)
        self._labels = self._taken.copy()
        for crack in cracks:
            for line in crack.lines:
                self._fill(self._taken, _band(line * ratio))

    def find(
        self, number: int, anchors: NDArray[np.float64], width: int, height: int
    ) -> Label | None:
        """The free place nearest to one of the anchors whose leader crosses no label.

        Anchors are points of the crack, (N, 3) with its width.
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
        """Nothing else goes there."""
        x0, y0, x1, y1 = label.box
        place = slice(y0 // _CELL, -(-y1 // _CELL)), slice(x0 // _CELL, -(-x1 // _CELL))
        for plan in (self._taken, self._labels):
            plan[place] = True
            self._fill(plan, _leader(label))

    def _free(
        self, anchors: NDArray[np.float64], width: int, height: int, reach: float
    ) -> NDArray[np.int64]:
        """(M, 2) upper left corners x, y, in reach of the anchors, with nothing below them."""
        wide, high = -(-width // _CELL), -(-height // _CELL)
        far, most = reach / _CELL + max(wide, high), self._taken.shape[::-1]
        x0, y0 = np.clip(anchors.min(axis=0) / _CELL - far, 0, most).astype(int).tolist()
        x1, y1 = np.clip(anchors.max(axis=0) / _CELL + far, 0, most).astype(int).tolist()
        part = self._taken[y0:y1, x0:x1]
        if part.shape[0] < high or part.shape[1] < wide:
            return np.empty((0, 2), np.int64)
        sums = np.pad(part.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        full = sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        corners: NDArray[np.int64] = (np.argwhere(full == 0)[:, ::-1] + (x0, y0)) * _CELL
        return corners

    def _fill(self, plan: NDArray[np.bool_], points: NDArray[np.float64]) -> None:
        plan[self._cells(points)] = True

    def _cells(self, points: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the cells that points (N, 2) lie in."""
        columns, rows = np.floor(points / _CELL).astype(np.intp).T
        inside = (rows >= 0) & (columns >= 0)
        inside &= (rows < self._taken.shape[0]) & (columns < self._taken.shape[1])
        return rows[inside], columns[inside]


def _band(line: Line) -> NDArray[np.float64]:
    """(N, 2) points, a cell apart, over the ground that a crack is drawn on."""
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
    """The leader ends at the line beside the crack, not on it."""
    x, y = corner.tolist()
    right, bottom = x + size[0], y + size[1]
    start = np.clip(anchor[:2], (x, y), (right, bottom))
    length = float(np.hypot(*(anchor[:2] - start)))
    bare = REACH + anchor[2] / 2
    end = start + (anchor[:2] - start) * (max(0.0, length - bare) / max(length, 1e-9))
    return Label(number, (x, y, right, bottom), tuple(start.tolist()), tuple(end.tolist()))


def _leader(label: Label) -> NDArray[np.float64]:
    """(N, 2) points along the leader, a pixel apart."""
    length = float(np.hypot(*np.subtract(label.end, label.start)))
    points: NDArray[np.float64] = np.linspace(label.start, label.end, 2 + int(length))
    return points
