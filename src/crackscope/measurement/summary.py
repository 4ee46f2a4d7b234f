"""Statistics of the widths along a crack: median, 95th percentile and maximum, with uncertainty.

After the Guide to the expression of uncertainty in measurement (JCGM 100:2008): errors common to
the whole crack (scale, tilt, blur, darkness, edge position) do not average out; noise and texture
do.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crackscope.measurement.seen import Floats, Whole

OVER_MM, OVER_PX = 5.0, 40.0
"""Length of crack over which a maximum is averaged: with a scale, and without."""
COVERAGE = 1.96
"""Coverage factor: standard uncertainties in the half-width of a 95 % interval."""
CORRELATED_PX = 8.0
"""Correlation length of width errors in pixels: profiles are averaged, and texture is coarse."""
_MEDIAN_COST = 1.25
"""Standard error of a median relative to that of a mean."""
_MAXIMUM_COST = 1.2
"""Standard error of the maximum of means relative to that of one mean."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Width statistics of a crack, each with the half-width of its 95 % interval."""

    median: float
    median_u95: float
    p95: float
    p95_u95: float
    max: float
    max_u95: float

    def scaled(self, factor: float) -> "Figures":
        """The same statistics in another unit."""
        return Figures(*(factor * getattr(self, name) for name in self.__slots__))

    def to_dict(self) -> dict[str, float]:
        """As in results.jsonl."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """Measured profiles of one crack, in one unit: (M,) each, line by line.

    `width` of each measured profile, `along` its position on its `line`, `weight` the length it
    represents, and `shared` the standard uncertainty common to all profiles.
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

    `correlated` is the correlation length of errors, `relative_u` the relative standard uncertainty
    of the scale. `measured` is the fraction of the crack's length that these profiles represent;
    the rest may differ as much as they do, and hold the widest place. Noise increases the variance
    of the means and biases their maximum, so the means are shrunk by the noise fraction of their
    variance.
    """
    mean = running(found, over)
    noise = noise_of(found)
    length = float(found.weight.sum())
    whole = noise / math.sqrt(max(1.0, length / correlated))
    window = noise / math.sqrt(max(1.0, min(over, length) / correlated))
    spread = math.sqrt(max(_variance(mean, length, over) - window**2, 0.0))
    kept = spread / max(math.hypot(spread, window), 1e-9)
    median, p95 = (quantile(mean, found.weight, level) for level in (0.5, 0.95))
    above = float(mean.max()) - median
    p95 = median + kept * (p95 - median)
    largest = median + kept * above
    varied, unseen = math.hypot(spread, window), 1 - measured
    wider = math.sqrt(unseen) * varied  # the widest place is unseen with that probability
    shared = found.shared[int(np.argmin(np.abs(mean - median)))]

    def half(value: float, *own: float) -> float:
        return COVERAGE * math.hypot(shared, relative_u * value, *own)

    taken = (1 - kept) * above / 2
    return Figures(
        median,
        half(median, _MEDIAN_COST * whole, unseen * varied),
        p95,
        half(p95, window, taken, wider),
        largest,
        half(largest, _MAXIMUM_COST * window, taken, wider),
    )


def _variance(mean: Floats, length: float, over: float) -> float:
    """The variance of means over a length, from those of a crack of `length`.

    Neighbouring means overlap, so that a short crack shows only part of it.
    """
    independent = max(length / over, 2.0)
    return float(np.var(mean)) * independent / (independent - 1)


def running(found: Along, over: float) -> Floats:
    """(M,) mean width over a length of `over` around each profile, on its line.

    Near an end, the mean is over the last such length.
    """
    mean = np.empty_like(found.width)
    for members in _lines(found):
        place, weight = found.along[members], found.weight[members]
        inner = min(over, float(place[-1] - place[0])) / 2
        middle = np.clip(place, place[0] + inner, place[-1] - inner)
        own = np.arange(len(place))  # always included: rounding may leave an isolated end out
        low = np.minimum(np.searchsorted(place, middle - over / 2, "left"), own)
        high = np.maximum(np.searchsorted(place, middle + over / 2, "right"), own + 1)
        total = np.concatenate([[0.0], np.cumsum(weight * found.width[members])])
        length = np.concatenate([[0.0], np.cumsum(weight)])
        mean[members] = (total[high] - total[low]) / (length[high] - length[low])
    return mean


def quantile(values: Floats, weights: Floats, level: float) -> float:
    """The weighted quantile at `level`."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    place = int(np.searchsorted(reached, level * reached[-1] * (1 - 1e-9)))
    return float(values[order][min(place, len(order) - 1)])


def _lines(found: Along) -> Iterator[slice]:
    starts = np.flatnonzero(np.diff(found.line, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(found.line)], strict=True):
        yield slice(int(start), int(end))


def noise_of(found: Along) -> float:
    """Robust standard deviation of the individual error of a profile's width.

    It is estimated from differences of profiles a few apart, without slow changes of the crack.
    """
    apart = [found.width[one][5:] - found.width[one][:-5] for one in _lines(found)]
    differences = np.concatenate(apart) if apart else np.zeros(0)
    if len(differences) < 4:
        return float(np.std(found.width)) if len(found.width) > 1 else 0.0
    return 1.48 * float(np.median(np.abs(differences))) / math.sqrt(2)
