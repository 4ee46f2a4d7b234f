"""The statistics that evaluation and validation share: one bootstrap, one way to its interval.

Patches of one photo resemble each other, so resampling them one by one makes an interval too
narrow. Whole groups (source photos) are drawn with replacement instead, as many as there are, and
an interval runs from the 2.5th to the 97.5th percentile of the resamples. Resamples in which a
figure is not defined (precision where no picture reaches the threshold) are passed over for it.
Where the two percentiles are the same (no error at all), they would claim certainty: `interval`
widens them by the Clopper-Pearson bound of zero errors in as many trials as there are groups.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.types import Interval

Floats = NDArray[np.float64]

RESAMPLES = 1000
TAIL = 2.5
"""Percent of the resamples on either side of a 95 % interval."""
CELLS = 250_000
"""Resamples x patches worked on at once: what stays in a processor's cache."""
_NORMAL = 1.959964
"""Standard deviations of a normal distribution on either side of a 95 % interval."""
_SAME = 1e-12


def group_codes(groups: Sequence[str]) -> NDArray[np.int64]:
    """(N,) numbers from 0: one for each name, and one for each patch without a name."""
    names = np.asarray(groups, dtype=np.str_)
    codes = np.unique(names, return_inverse=True)[1].astype(np.int64)
    unknown = np.flatnonzero(names == "")
    codes[unknown] = codes.max(initial=0) + 1 + np.arange(len(unknown))
    numbers: NDArray[np.int64] = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return numbers


def pick(count: int, rows: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(rows, count): how often each of `count` groups is drawn when as many are, with
    replacement."""
    picked = rng.integers(0, count, (rows, count)) + count * np.arange(rows)[:, None]
    return np.bincount(picked.ravel(), minlength=picked.size).reshape(rows, count)


def draws(
    labels: ArrayLike, codes: NDArray[np.int64], resamples: int, seed: int
) -> Iterator[Floats]:
    """How often each picture is drawn, (R, N), a few of the resamples at a time.

    labels: (N,) 0 or 1; codes: (N,) numbers of their groups, as from `group_codes`. Resamples that
    lack a class of the data are drawn again. The same labels, codes and seed give the same ones.
    """
    rng = np.random.default_rng(seed)
    for rows in steps(resamples, len(codes)):
        taken = range(resamples)[rows]
        yield _draw(np.asarray(labels, np.float64), codes, len(taken), rng)[:, codes]


def steps(resamples: int, patches: int) -> Iterator[slice]:
    """The resamples part by part, so that each part stays in a processor's cache."""
    step = min(resamples, max(1, CELLS // patches))
    return (slice(start, start + step) for start in range(0, resamples, step))


def between(value: float, spread: Floats) -> Interval:
    """A figure with the interval of its resamples (R,), NaN where it is not defined."""
    low, high = ends(spread)
    return Interval(value, min(value, low), max(value, high))


def interval(
    value: float, spread: Floats, trials: int, least: float = 0.0, most: float = 1.0
) -> Interval:
    """As `between`, and never certain where the resamples do not differ.

    `trials`: how many groups it is a figure of; `least` and `most`: what is possible.
    """
    low, high = ends(spread)
    if is_point(spread):
        reach = (most - least) * zero_error_bound(trials)
        low, high = value - reach, value + reach
    return Interval(value, max(least, min(value, low)), min(most, max(value, high)))


def ratio(part: Interval, whole: Interval, of_part: Floats, of_whole: Floats) -> Interval:
    """The interval of one rate over another (not 0), from the resamples of both, (R,) each.

    Resamples without a `whole` are passed over. A ratio of 0 promises no more than the interval of
    `part` does.
    """
    found = between(part.value / whole.value, over(of_part, of_whole))
    if found.value:
        return found
    return Interval(found.value, found.low, max(found.high, part.high / whole.value))


def over(part: Floats, whole: Floats) -> Floats:
    """Ratios, NaN where there is no whole."""
    return np.asarray(part / np.where(whole > 0, whole, np.nan), np.float64)


def ends(spread: Floats) -> tuple[float, float]:
    """The 2.5th and the 97.5th percentile of (R,) resamples, NaN left out."""
    low, high = np.nanpercentile(spread, [TAIL, 100 - TAIL]).tolist()
    return low, high


def is_point(spread: Floats) -> bool:
    """Whether the resamples do not differ, so that their percentiles would claim certainty."""
    low, high = ends(spread)
    return high - low < _SAME


def zero_error_bound(trials: int) -> float:
    """The highest error rate that zero errors in n trials leave possible (Clopper-Pearson).

    One trial says nothing. In closed form, because sites are validated without SciPy, whose
    `proportion_ci` needs whole numbers besides, which `wilson` is not given: a share of windows is
    counted in photos.
    """
    return float(1 - (TAIL / 100) ** (1 / trials)) if trials > 1 else 1.0


def wilson(share: float, trials: int) -> Interval:
    """The 95 % score interval of a share seen in `trials` independent trials (Wilson 1927).

    Of one alarm in a hundred a bootstrap makes "0 to 0.03", of none "0 to 0": this does not.
    """
    spread = _NORMAL**2 / trials
    middle = (share + spread / 2) / (1 + spread)
    reach = _NORMAL / (1 + spread) * math.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return Interval(
        share, max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))
    )


def _draw(labels: Floats, codes: NDArray[np.int64], rows: int, rng: np.random.Generator) -> Floats:
    """(rows, groups): how often each group is drawn; every class of the data is in every row."""
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
