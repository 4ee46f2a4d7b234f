"""The measured width along a crack as curves of few points, each with its interval.

Branches follow one another, the longest first. The curve has gaps where no width could be measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crackscope.measurement.quality import Flags
from crackscope.measurement.seen import Floats, Whole
from crackscope.measurement.summary import COVERAGE

Curve = tuple[tuple[float, float, float], ...]
"""Points: place along the crack, width, and half-width of its 95 % interval, in one unit."""
_POINTS, _BRANCHES = 120, 40
"""About the most points of a crack, and its most branches: more could not be seen in a report."""
_LEAST_STEP = 2.0
"""The least distance of points, in profiles."""
_DIGITS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Widths:
    """All profiles (M,) of a crack, line by line, in one unit.

    `line` of each, the `length` of it that the profile stands for, its `width`, NaN where it could
    not be measured, and `shared`, its standard uncertainty common to all profiles. `noise` is the
    error of one width, `correlated` the length over which such errors are alike, `relative_u` the
    relative standard uncertainty of the scale.
    """

    line: Whole
    length: Floats
    width: Floats
    shared: Floats
    noise: float
    correlated: float
    relative_u: float


def curves(found: Widths) -> tuple[Curve, ...]:
    """The curves of a crack; each point is the mean over its step along a branch."""
    starts = np.flatnonzero(np.diff(found.line, prepend=-1)).tolist()
    branches = [slice(*ends) for ends in pairwise([*starts, len(found.line)])]
    branches.sort(key=lambda one: -float(found.length[one].sum()))
    step = float(max(found.length.sum() / _POINTS, _LEAST_STEP * np.median(found.length)))
    begin = 0.0
    result: list[Curve] = []
    for branch in branches[:_BRANCHES]:
        result += _runs(*_points(found, branch, step, begin))
        begin += float(found.length[branch].sum())
    return tuple(result)


def _points(found: Widths, branch: slice, step: float, begin: float) -> tuple[Floats, Flags]:
    """Points (N, 3) of a branch that begins at `begin`, and (N,) whether they were measured."""
    length, width = found.length[branch], found.width[branch]
    middle = np.cumsum(length) - length / 2
    number = (middle / step).astype(np.int64)
    known = length * np.isfinite(width)
    whole, weight = np.bincount(number, length), np.bincount(number, known)

    def mean(values: Floats) -> Floats:
        total = np.bincount(number, known * np.where(np.isfinite(width), values, 0.0))
        return np.asarray(total / np.maximum(weight, 1e-12))

    wide, shared = mean(width), mean(found.shared[branch])
    own = found.noise / np.sqrt(np.maximum(weight / found.correlated, 1.0))
    half = COVERAGE * np.sqrt(shared**2 + own**2 + (found.relative_u * wide) ** 2)
    at = begin + np.bincount(number, length * middle) / np.maximum(whole, 1e-12)
    return np.stack([at, wide, half], axis=1), (2 * weight >= whole) & (weight > 0)


def _runs(points: Floats, measured: Flags) -> Iterator[Curve]:
    """The runs of measured points."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], measured, [False]]).astype(int)))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield tuple(
            (_short(at), _short(wide), _short(half)) for at, wide, half in points[start:end]
        )


def _short(value: float) -> float:
    """As results hold it: with five significant digits."""
    return float(f"{value:.{_DIGITS}g}")
