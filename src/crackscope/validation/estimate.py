"""Estimate recall and false-alarm rate of a whole site from a weighted sample of labelled windows.

Intervals are 95 %, from a bootstrap over photos, since windows of one photo are correlated. Every
window keeps its weight; a photo sampled twice counts twice.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.evaluation import statistics
from crackscope.types.evaluation import Interval
from crackscope.validation.population import Floats, Rows

WANTED_MARGIN = 0.05
_UNSEEN = math.log(100 / statistics.TAIL)
"""Bound on the number of windows of a kind that is missing in the sample, in units of the weight w
of one window: with a probability of 1 / w per window, more than w ln(40) of them would have been
seen in 97.5 % of samples (the "rule of three" for 97.5 %, Hanley and Lippman-Hand 1983)."""
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Sample:
    """n labelled windows: 1 crack or 0 sound, score, weight, and code of the source photo."""

    labels: Rows
    scores: Floats
    weights: Floats
    photos: Rows

    def of(self, rows: NDArray[Any]) -> "Sample":
        """The given rows, by number or as a mask."""
        return Sample(self.labels[rows], self.scores[rows], self.weights[rows], self.photos[rows])

    @property
    def photo_count(self) -> int:
        """The number of photos that the windows come from."""
        return len(np.unique(self.photos))


@dataclass(frozen=True)
class Target:
    """The threshold that reaches a target recall, and its false-alarm rate."""

    recall: float
    threshold: Interval
    false_alarm_rate: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """The entry in metrics.json."""
        alarms = self.false_alarm_rate
        return {
            "recall": self.recall,
            "threshold": self.threshold.to_dict(),
            "false_alarm_rate": None if alarms is None else alarms.to_dict(),
        }


def recall(sample: Sample, threshold: float, times: Floats) -> Interval | None:
    """Fraction of the site's cracked windows that reach the threshold; None without a crack."""
    return _fraction(sample.of(sample.labels == 1), threshold, sample, times)


def false_alarm_rate(sample: Sample, threshold: float, times: Floats) -> Interval | None:
    """Fraction of the site's sound windows that reach the threshold; None without any."""
    return _fraction(sample.of(sample.labels == 0), threshold, sample, times)


def prevalence(sample: Sample, times: Floats) -> Interval:
    """Fraction of the site's windows that are cracked."""
    found = interval(sample, times, lambda w: w @ sample.labels / w.sum(axis=1))
    if found.low < found.high:
        return found
    margin = _UNSEEN * sample.weights.max() / sample.weights.sum()
    return Interval(found.value, max(0.0, found.low - margin), min(1.0, found.high + margin))


def for_recall(sample: Sample, wanted: float, times: Floats) -> Target | None:
    """The largest threshold that reaches the recall `wanted` on the sample; None without a crack.

    The threshold is fitted to these labels, so its recall on other windows is slightly lower.
    """
    cracks = sample.labels == 1
    if not cracks.any():
        return None
    order = np.flatnonzero(cracks)[np.argsort(-sample.scores[cracks], kind="stable")]

    def threshold(w: Floats) -> Floats:
        passed = np.cumsum(w[:, order], axis=1)
        enough = passed >= wanted * passed[:, -1:] - _ROUNDING * sample.weights.sum()
        values = sample.scores[order][enough.argmax(axis=1)]
        return np.where(passed[:, -1] > 0, values, np.nan)

    found = interval(sample, times, threshold)
    return Target(wanted, found, false_alarm_rate(sample, found.value, times))


def labels_needed(labels: int, found: Interval, margin: float = WANTED_MARGIN) -> int:
    """Number of further labels that narrow the interval to ± `margin`, sampled from more photos.

    The error of a weighted mean falls with the root of the number of labels, so n (now / margin)^2
    are needed in total; for a rate of 0 or 1 the bound falls with the number itself.
    """
    now = max(found.value - found.low, found.high - found.value)
    power = 1 if found.value in (0.0, 1.0) else 2
    return max(0, math.ceil(labels * (now / margin) ** power - _ROUNDING) - labels)


def resample_photos(photos: Rows, resamples: int, seed: int) -> Floats:
    """(resamples, n): the count of each window if its photos are sampled with replacement."""
    codes = np.unique(photos, return_inverse=True)[1]
    times = statistics.pick(int(codes.max()) + 1, resamples, np.random.default_rng(seed))
    return times[:, codes].astype(np.float64)


def interval(sample: Sample, times: Floats, figure: Callable[[Floats], Floats]) -> Interval:
    """The interval of `figure`, which maps weights (R, n) to values (R,), NaN if undefined."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(figure(sample.weights[None])[0])
        steps = statistics.steps(len(times), len(sample.labels))
        parts = [figure(times[rows] * sample.weights) for rows in steps]
    return statistics.between(value, np.concatenate(parts))


def _fraction(of: Sample, threshold: float, all_of: Sample, times: Floats) -> Interval | None:
    """Fraction of the windows of one class that reach the threshold."""
    if not len(of.labels):
        return None
    says = of.scores >= threshold
    value = float(of.weights[says].sum() / of.weights.sum())
    if all_of.photo_count < 2:
        return Interval(value, 0.0, 1.0)
    if says.all() or not says.any():
        other = (all_of.scores >= threshold) != says[0]
        hidden = _UNSEEN * float(all_of.weights[other].max(initial=all_of.weights.min()))
        certain = float(of.weights.sum() / (of.weights.sum() + hidden))
        return Interval(1.0, certain, 1.0) if says[0] else Interval(0.0, 0.0, 1.0 - certain)
    inside = (all_of.labels == of.labels[0]).astype(np.float64)
    reached = all_of.scores >= threshold
    return interval(all_of, times, lambda w: (w * inside) @ reached / (w * inside).sum(axis=1))
