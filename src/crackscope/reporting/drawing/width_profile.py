"""The width along a crack as a small curve, its branches one after the other, the longest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crackscope.types import Crack, Line

_POINTS, _BRANCHES = 120, 40
"""Of a curve, between the ends of its branches, and how many of these: more could not be seen in
it, and a shattered wall would make a page that nobody can mail."""
_DECIMALS = 1
Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Profile:
    """A curve for each of the longest branches: (place along the crack, width there), in pixels of
    the photo, over the `length` of all branches; `widest` is the largest width."""

    curves: tuple[Curve, ...]
    length: float
    widest: float

    def within(self, width: float, height: float) -> list[Curve]:
        """The curves in a box of that size, x to the right, y up from no width at all."""
        x, y = width / self.length, height / self.widest
        return [
            tuple(
                (round(along * x, _DECIMALS), round(wide * y, _DECIMALS)) for along, wide in curve
            )
            for curve in self.curves
        ]


def profile(crack: Crack) -> Profile:
    """The widths as the model traced them; the widest place of each step is kept."""
    lines = sorted(crack.lines, key=_length, reverse=True)
    ends = np.cumsum([_length(line) for line in lines]).tolist()
    whole = ends[-1] or 1.0  # a speck's points may all be one
    curves = []
    for line, end in zip(lines[:_BRANCHES], ends, strict=False):
        length = _length(line)
        points = _thinned(line, max(1, round(_POINTS * length / whole)))
        curves.append(tuple((end - length + along, width) for along, width in points))
    return Profile(tuple(curves), whole, crack.width_px.max)


def _places(line: Line) -> list[float]:
    """How far along the line each point is."""
    steps = np.hypot(*np.diff(line[:, :2], axis=0).T)
    return [0.0, *np.cumsum(steps).tolist()]


def _length(line: Line) -> float:
    return _places(line)[-1]


def _thinned(line: Line, steps: int) -> Iterator[tuple[float, float]]:
    """The first and the last point, and of each step between them the widest."""
    places, widths = _places(line), line[:, 2].tolist()
    yield places[0], widths[0]
    last = len(widths) - 1
    steps = max(0, min(steps, last - 1))
    edges = [1 + step * (last - 1) // steps for step in range(steps + 1)] if steps else []
    for start, end in pairwise(edges):
        widest = max(range(start, end), key=widths.__getitem__)
        yield places[widest], widths[widest]
    yield places[-1], widths[-1]
