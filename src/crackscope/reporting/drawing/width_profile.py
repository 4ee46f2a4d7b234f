"""The width profile of a crack as a small curve, branch after branch, the longest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crackscope.types import Crack, Line

_POINTS, _BRANCHES = 120, 40
"""Maximum points of a curve, and maximum branches. More would not be visible, and would make the
page of a shattered wall too large to mail."""
_DECIMALS = 1
Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Profile:
    """One curve for each of the longest branches: (position along the crack, width) in pixels.

    `length` is the length of all branches, `widest` the largest width.
    """

    curves: tuple[Curve, ...]
    length: float
    widest: float

    def within(self, width: float, height: float) -> list[Curve]:
        """The curves scaled to a box of that size, x to the right, y up from zero width."""
        x, y = width / self.length, height / self.widest
        return [
            tuple(
                (round(along * x, _DECIMALS), round(wide * y, _DECIMALS)) for along, wide in curve
            )
            for curve in self.curves
        ]


def profile(crack: Crack) -> Profile:
    """The profile of the traced widths; each step keeps its maximum."""
    lines = sorted(crack.lines, key=_length, reverse=True)
    ends = np.cumsum([_length(line) for line in lines]).tolist()
    whole = ends[-1] or 1.0  # all points of a speck may coincide
    curves = []
    for line, end in zip(lines[:_BRANCHES], ends, strict=False):
        length = _length(line)
        points = _thinned(line, max(1, round(_POINTS * length / whole)))
        curves.append(tuple((end - length + along, width) for along, width in points))
    return Profile(tuple(curves), whole, crack.width_px.max)


def _places(line: Line) -> list[float]:
    """The distance of each point along the line."""
    steps = np.hypot(*np.diff(line[:, :2], axis=0).T)
    return [0.0, *np.cumsum(steps).tolist()]


def _length(line: Line) -> float:
    return _places(line)[-1]


def _thinned(line: Line, steps: int) -> Iterator[tuple[float, float]]:
    """The first and last point, and the widest point of each step between them."""
    places, widths = _places(line), line[:, 2].tolist()
    yield places[0], widths[0]
    last = len(widths) - 1
    steps = max(0, min(steps, last - 1))
    edges = [1 + step * (last - 1) // steps for step in range(steps + 1)] if steps else []
    for start, end in pairwise(edges):
        widest = max(range(start, end), key=widths.__getitem__)
        yield places[widest], widths[widest]
    yield places[-1], widths[-1]
