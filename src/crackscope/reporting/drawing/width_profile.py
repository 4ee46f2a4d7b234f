"""The width profile of a crack as a small curve, branch after branch, the longest first."""

from collections.abc import Iterator, Sequence
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
    """Curves of (position along the crack, width) in one `unit`, and `bands` of their intervals.

    Measured widths in mm with bands, or traced ones in pixels: a curve for each of the longest
    branches. `length` is the length of all branches, `widest` the upper end of the scale.
    """

    curves: tuple[Curve, ...]
    length: float
    widest: float
    unit: str = "px"
    bands: tuple[Curve, ...] = ()

    def __str__(self) -> str:
        if self.bands:
            interval = f"0 to {self.widest:.3g} {self.unit}, with its 95 % interval"
            return f"Measured width along the crack, {interval}"
        return f"Width along the crack, 0 to {self.widest:.1f} {self.unit}"

    def within(self, curves: Sequence[Curve], width: float, height: float) -> list[Curve]:
        """Curves scaled to a box of that size, x to the right, y up from zero width."""
        x, y = width / self.length, height / self.widest
        return [
            tuple(
                (round(along * x, _DECIMALS), round(wide * y, _DECIMALS)) for along, wide in curve
            )
            for curve in curves
        ]


def profile(crack: Crack) -> Profile:
    """The profile of the measured widths; without them, of the traced ones."""
    return _measured(crack) if crack.profile_mm and crack.length_mm else _traced(crack)


def _measured(crack: Crack) -> Profile:
    length = crack.length_mm or 1.0
    points = [_visible(curve, length) for curve in crack.profile_mm]
    curves = tuple(tuple((along, wide) for along, wide, _ in curve) for curve in points)
    bands = tuple(
        (
            *((along, wide + half) for along, wide, half in curve),
            *((along, max(0.0, wide - half)) for along, wide, half in reversed(curve)),
        )
        for curve in points
    )
    widest = max(wide for band in bands for _, wide in band)
    return Profile(curves, length, widest, "mm", bands)


def _visible(curve: Sequence[Sequence[float]], length: float) -> list[tuple[float, float, float]]:
    """The points of a curve; a single one becomes a short stroke."""
    off = length / _POINTS / 2 if len(curve) == 1 else 0.0
    ends = (-off, off) if off else (0.0,)
    return [(along + end, wide, half) for along, wide, half in curve for end in ends]


def _traced(crack: Crack) -> Profile:
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
