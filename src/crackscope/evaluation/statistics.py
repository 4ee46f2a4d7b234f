"""Grouped bootstrap and intervals, shared by evaluation and validation.

Patches of one photo are correlated, so that resampling single patches would give intervals that are
too narrow. Whole groups (source photos) are sampled with replacement instead, and an interval runs
from the 2.5th to the 97.5th percentile of the resamples. Resamples in which a figure is undefined
(such as precision if no patch reaches the threshold) are ignored for it. If the two percentiles are
equal (no error at all), they would imply certainty: `interval` widens them by the Clopper-Pearson
bound for zero errors in as many trials as there are groups.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.types.evaluation import Interval

Floats = NDArray[np.float64]

RESAMPLES = 1000
TAIL = 2.5
"""Percent of the resamples on either side of a 95 % interval."""
CELLS = 250_000
"""Resamples x patches processed at once, to stay in the processor's cache."""
_NORMAL = 1.959964
"""Quantile of the normal distribution for a two-sided 95 % interval."""
_SAME = 1e-12


def group_codes(groups: Sequence[str]) -> NDArray[np.int64]:
    """(N,) group codes from 0: one per name, and one for each patch without a name."""
    names = np.asarray(groups, dtype=np.str_)
    codes = np.unique(names, return_inverse=True)[1].astype(np.int64)
    unknown = np.flatnonzero(names == "")
    codes[unknown] = codes.max(initial=0) + 1 + np.arange(len(unknown))
    numbers: NDArray[np.int64] = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return numbers


def pick(count: int, rows: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(rows, count): how often each of `count` groups is sampled in `count` picks with
    replacement."""
    picked = rng.integers(0, count, (rows, count)) + count * np.arange(rows)[:, None]
    return np.bincount(picked.ravel(), minlength=picked.size).reshape(rows, count)


def resample(
    labels: ArrayLike, codes: NDArray[np.int64], resamples: int, seed: int
) -> Iterator[Floats]:
    """How often each patch is sampled, (R, N), for a few of the resamples at a time.

    labels: (N,) 0 or 1; codes: (N,) from `group_codes`. Resamples that lack a class of the data are
    repeated. The same labels, codes and seed give the same resamples.
    """
    rng = np.random.default_rng(seed)
    for rows in steps(resamples, len(codes)):
        taken = range(resamples)[rows]
        yield _sample(np.asarray(labels, np.float64), codes, len(taken), rng)[:, codes]


def steps(resamples: int, patches: int) -> Iterator[slice]:
    """Slices of the resamples that stay in the processor's cache."""
    step = min(resamples, max(1, CELLS // patches))
    return (slice(start, start + step) for start in range(0, resamples, step))


def between(value: float, spread: Floats) -> Interval:
    """A figure with the interval of its resamples (R,), NaN if undefined."""
    low, high = ends(spread)
    return Interval(value, min(value, low), max(value, high))


def interval(
    value: float, spread: Floats, trials: int, least: float = 0.0, most: float = 1.0
) -> Interval:
    """Like `between`, but widened if all resamples are equal.

    `trials`: number of groups behind the figure; `least` and `most`: its range.
    """
    low, high = ends(spread)
    if is_point(spread):
        margin = (most - least) * zero_error_bound(trials)
        low, high = value - margin, value + margin
    return Interval(value, max(least, min(value, low)), min(most, max(value, high)))


def ratio(part: Interval, whole: Interval, of_part: Floats, of_whole: Floats) -> Interval:
    """The interval of the ratio of two rates, `whole` not 0, from the resamples (R,) of both.

    Resamples in which `whole` is 0 are ignored. The interval of a ratio of 0 is derived from that
    of `part`.
    """
    found = between(part.value / whole.value, over(of_part, of_whole))
    if found.value:
        return found
    return Interval(found.value, found.low, max(found.high, part.high / whole.value))


def over(part: Floats, whole: Floats) -> Floats:
    """Ratios, NaN if `whole` is 0."""
    return np.asarray(part / np.where(whole > 0, whole, np.nan), np.float64)


def ends(spread: Floats) -> tuple[float, float]:
    """The 2.5th and the 97.5th percentile of (R,) resamples, ignoring NaN."""
    low, high = np.nanpercentile(spread, [TAIL, 100 - TAIL]).tolist()
    return low, high


def is_point(spread: Floats) -> bool:
    """Whether all resamples are equal, so that their percentiles would imply certainty."""
    low, high = ends(spread)
    return high - low < _SAME


def zero_error_bound(trials: int) -> float:
    """Upper bound on the error rate after zero errors in n trials (Clopper-Pearson).

    One trial gives no bound. In closed form, because validation must run without SciPy, whose
    `proportion_ci` also needs whole counts, while `wilson` takes a rate and a number of photos.
    """
    return float(1 - (TAIL / 100) ** (1 / trials)) if trials > 1 else 1.0


def wilson(rate: float, trials: int) -> Interval:
    """The 95 % score interval of a rate observed in `trials` independent trials (Wilson 1927).

    Unlike a bootstrap, it does not give "0 to 0.03" for one alarm in a hundred and "0 to 0" for
    none.
    """
    spread = _NORMAL**2 / trials
    middle = (rate + spread / 2) / (1 + spread)
    margin = _NORMAL / (1 + spread) * math.sqrt(rate * (1 - rate) / trials + spread / (4 * trials))
    return Interval(
        rate, max(0.0, min(rate, middle - margin)), min(1.0, max(rate, middle + margin))
    )


def _sample(
    labels: Floats, codes: NDArray[np.int64], rows: int, rng: np.random.Generator
) -> Floats:
    """(rows, groups): how often each group is sampled; every row has all classes of the data."""
    count = int(codes.max()) + 1
    cracks = np.bincount(codes, labels, count)
    by_class = np.stack([cracks, np.bincount(codes, minlength=count) - cracks], axis=1)
    present = by_class.sum(axis=0) > 0
    times = np.empty((rows, count))
    todo = np.arange(rows)
    while len(todo):
        times[todo] = pick(count, len(todo), rng)
        todo = todo[((times[todo] @ by_class == 0) & present).any(axis=1)]
    return times
