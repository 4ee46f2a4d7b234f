"""Of the widths along a crack: median, 95th percentile and maximum, each with its uncertainty.

After the Guide to the expression of uncertainty in measurement (JCGM 100:2008): what errs in the
same way all along a crack (scale, tilt, blur, darkness, where an edge is) stays as large however
many profiles there are; noise and texture grow smaller with their number.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crackscope.measurement.profiles import Whole
from crackscope.measurement.seen import Floats

OVER_MM, OVER_PX = 5.0, 40.0
"""Length of crack that a maximum is taken over: with a scale, and without."""
COVERAGE = 1.96
"""From a standard uncertainty to half of a 95 % interval."""
CORRELATED_PX = 8.0
"""Pixels of line over which widths err together: profiles are averaged, and texture is coarse."""
_MEDIAN_COST = 1.25
"""By how much a median is less sure than a mean."""
_MAXIMUM_COST = 1.2
"""By how much the largest of means is less sure than one of them."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Widths of a crack over its length, each with the half-width of its 95 % interval."""

    median: float
    median_u95: float
    p95: float
    p95_u95: float
    max: float
    max_u95: float

    def scaled(self, factor: float) -> "Figures":
        """The same in another unit."""
        return Figures(*(factor * getattr(self, name) for name in self.__slots__))

    def to_dict(self) -> dict[str, float]:
        """As in results.jsonl."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Below:
    """A crack too narrow for a number: how wide it is at most, with 95 %."""

    below: float

    def to_dict(self) -> dict[str, float]:
        """As in results.jsonl."""
        return {"below": self.below}


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """What was measured along one crack, in one unit: (M,) each, one line after the other.

    `width` of each profile that could be measured, `along` its place on its `line`, `weight` the
    length it stands for, and `shared` the standard uncertainty that its error shares with others.
    """

    width: Floats
    along: Floats
    line: Whole
    weight: Floats
    shared: Floats


def figures(
    found: Along, over: float, correlated: float, relative_u: float, measured: float = 1.0
) -> Figures:
    """Median, 95th percentile and maximum of means over a length of `over` along the crack.

    `correlated` is the length over which profiles err together, `relative_u` the standard
    uncertainty of the scale as a fraction; `measured` is the fraction of the crack's length that
    these profiles stand for: what could not be measured may be as much wider or narrower as they
    differ. Noise makes means differ, and the largest of them too large: they are drawn together by
    what noise has of their variance.
    """
    mean = running(found, over)
    noise = _noise(found)
    length = float(found.weight.sum())
    whole = noise / math.sqrt(max(1.0, length / correlated))
    window = noise / math.sqrt(max(1.0, min(over, length) / correlated))
    spread = math.sqrt(max(float(np.var(mean)) - window**2, 0.0))
    kept = spread / max(math.hypot(spread, window), 1e-9)
    median, p95 = (quantile(mean, found.weight, level) for level in (0.5, 0.95))
    above = float(mean.max()) - median
    p95 = median + kept * (p95 - median)
    largest = median + kept * above
    unseen = (1 - measured) * math.hypot(spread, window)
    shared = found.shared[int(np.argmin(np.abs(mean - median)))]

    def half(value: float, own: float) -> float:
        return COVERAGE * math.sqrt(shared**2 + own**2 + unseen**2 + (relative_u * value) ** 2)

    taken = (1 - kept) * above / 2
    return Figures(
        median,
        half(median, _MEDIAN_COST * whole),
        p95,
        half(p95, math.hypot(window, taken)),
        largest,
        half(largest, math.hypot(_MAXIMUM_COST * window, taken)),
    )


def running(found: Along, over: float) -> Floats:
    """(M,) the mean width over a length of `over` around each profile, on its line; near an end,
    over the last such length."""
    mean = np.empty_like(found.width)
    for members in _lines(found):
        place, weight = found.along[members], found.weight[members]
        inner = min(over, float(place[-1] - place[0])) / 2
        middle = np.clip(place, place[0] + inner, place[-1] - inner)
        low = np.searchsorted(place, middle - over / 2, "left")
        high = np.searchsorted(place, middle + over / 2, "right")
        total = np.concatenate([[0.0], np.cumsum(weight * found.width[members])])
        length = np.concatenate([[0.0], np.cumsum(weight)])
        mean[members] = (total[high] - total[low]) / (length[high] - length[low])
    return mean


def quantile(values: Floats, weights: Floats, level: float) -> float:
    """The value below which a fraction `level` of the weights lies."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    place = int(np.searchsorted(reached, level * reached[-1] * (1 - 1e-9)))
    return float(values[order][min(place, len(order) - 1)])


def _lines(found: Along) -> Iterator[slice]:
    starts = np.flatnonzero(np.diff(found.line, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(found.line)], strict=True):
        yield slice(int(start), int(end))


def _noise(found: Along) -> float:
    """The standard deviation of a profile's width by what is its own, robust: from differences of
    profiles a few apart, which hold no slow change of the crack."""
    apart = [found.width[one][5:] - found.width[one][:-5] for one in _lines(found)]
    differences = np.concatenate(apart) if apart else np.zeros(0)
    if len(differences) < 4:
        return float(np.std(found.width)) if len(found.width) > 1 else 0.0
    return 1.48 * float(np.median(np.abs(differences))) / math.sqrt(2)
