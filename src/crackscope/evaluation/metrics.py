"""Metrics of a classifier, from labels, scores and a threshold.

A patch is classified as cracked if its score reaches the threshold. Every metric is a function of
patch weights, so that the same code computes the metric itself (all weights 1) and, for a stack of
resamples at once, its bootstrap distribution.

accuracy, balanced_accuracy, precision, recall, f1, mcc, average_precision, auroc as in
scikit-learn, and in addition:

recall_at_5pct_false_alarms   the highest recall of any threshold with a false-alarm rate of at
                              most 5 %
false_alarm_rate              fraction of sound patches that are classified as cracked
precision_at_prevalence       precision at a given prevalence of cracks
brier                         mean squared difference of score and label
calibration_error             see calibration.calibration_error
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.evaluation.calibration import equal_mass_bins

NAMES = (
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "mcc",
    "auroc",
    "average_precision",
    "recall_at_5pct_false_alarms",
    "false_alarm_rate",
    "precision_at_prevalence",
    "brier",
    "calibration_error",
)
ALLOWED_FALSE_ALARMS = 0.05
DEFAULT_PREVALENCE = 0.05
_ROUNDING = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """N scored patches by falling score; `order` holds their original rows.

    labels, scores: (N,) float64. run_starts: first row of each run of equal scores. bins: (N,)
    calibration bin. predicted: number of patches that reach the threshold.
    """

    labels: Floats
    scores: Floats
    order: NDArray[np.int64]
    run_starts: NDArray[np.int64]
    bins: NDArray[np.int64]
    predicted: int
    prevalence: float


def rank(
    labels: ArrayLike,
    scores: ArrayLike,
    threshold: float,
    prevalence: float = DEFAULT_PREVALENCE,
) -> Ranking:
    """Validate and sort; raises ValueError for invalid labels or scores."""
    y, s = np.asarray(labels, np.float64), np.asarray(scores, np.float64)
    if y.ndim != 1 or y.shape != s.shape or not len(y):
        raise ValueError(f"labels and scores must be (N,), N > 0. Received: {y.shape}, {s.shape}")
    if not np.isin(y, (0, 1)).all() or not ((s >= 0) & (s <= 1)).all():
        raise ValueError(
            "labels must be 0 or 1, and scores from 0 to 1. Received: labels from "
            f"{y.min():g} to {y.max():g}, scores from {s.min():g} to {s.max():g}"
        )
    order = np.argsort(-s, kind="stable")
    y, s = y[order], s[order]
    return Ranking(
        labels=y,
        scores=s,
        order=order,
        run_starts=np.flatnonzero(np.r_[True, s[1:] != s[:-1]]),
        bins=equal_mass_bins(s),
        predicted=int((s >= threshold).sum()),
        prevalence=prevalence,
    )


def compute(
    labels: ArrayLike,
    scores: ArrayLike,
    threshold: float,
    prevalence: float = DEFAULT_PREVALENCE,
) -> dict[str, float]:
    """All metrics that are defined, in the order of NAMES; see `absences` for the others."""
    ranking = rank(labels, scores, threshold, prevalence)
    values = measure(ranking, np.ones((1, len(ranking.labels))))
    return {name: float(values[name][0]) for name in NAMES if not np.isnan(values[name][0])}


def absences(values: Mapping[str, object], labels: ArrayLike) -> tuple[str, ...]:
    """The reason why metrics are missing from `values`, if any."""
    missing = [name for name in NAMES if name not in values]
    if not missing:
        return ()
    classes = set(np.asarray(labels).tolist())
    if len(classes) == 2:
        reason = "no patch reaches the threshold"
    else:
        reason = "all patches are " + ("cracked" if 1 in classes else "sound")
    return (f"undefined, because {reason}: {', '.join(missing)}",)


def measure(ranking: Ranking, weights: Floats) -> dict[str, Floats]:
    """All metrics under R sets of weights, (R, N) in the order of `ranking`, as (R,) each.

    NaN if a metric is undefined.
    """
    cracks, sounds = weights * ranking.labels, weights * (1 - ranking.labels)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            **_at_threshold(cracks, sounds, ranking.predicted, ranking.prevalence),
            **_over_thresholds(cracks, sounds, ranking.run_starts),
            **_of_probabilities(ranking, weights),
        }


def precision_at(recall: Floats, false_alarm_rate: Floats, prevalence: float) -> Floats:
    """Precision at a prevalence of cracks, from recall and false-alarm rate."""
    found = recall * prevalence
    return found / (found + false_alarm_rate * (1 - prevalence))


def _at_threshold(
    cracks: Floats, sounds: Floats, predicted: int, prevalence: float
) -> dict[str, Floats]:
    tp, fp = cracks[:, :predicted].sum(axis=1), sounds[:, :predicted].sum(axis=1)
    fn, tn = cracks[:, predicted:].sum(axis=1), sounds[:, predicted:].sum(axis=1)
    recall, false_alarms = tp / (tp + fn), fp / (fp + tn)
    both = np.where(np.isnan(recall + false_alarms), np.nan, 1.0)
    spread = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return {
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
        "balanced_accuracy": (recall + 1 - false_alarms) / 2,
        "precision": tp / (tp + fp) * both,
        "recall": recall,
        "f1": 2 * tp / (2 * tp + fp + fn) * both,
        "mcc": np.where(spread > 0, (tp * tn - fp * fn) / spread, 0.0) * both,
        "false_alarm_rate": false_alarms,
        "precision_at_prevalence": precision_at(recall, false_alarms, prevalence),
    }


def _over_thresholds(
    cracks: Floats, sounds: Floats, run_starts: NDArray[np.int64]
) -> dict[str, Floats]:
    """Areas under the curves; equal scores form one step."""
    if len(run_starts) < cracks.shape[1]:
        cracks = np.add.reduceat(cracks, run_starts, axis=1)
        sounds = np.add.reduceat(sounds, run_starts, axis=1)
    tp, fp = np.cumsum(cracks, axis=1), np.cumsum(sounds, axis=1)
    positives, negatives = tp[:, -1:], fp[:, -1:]
    both = np.where((positives > 0) & (negatives > 0), 1.0, np.nan)[:, 0]
    reached = np.where(fp <= ALLOWED_FALSE_ALARMS * negatives + _ROUNDING, tp, 0.0)
    precision = tp / np.maximum(tp + fp, 1.0)
    above = tp - cracks / 2
    return {
        "auroc": (sounds * above).sum(axis=1) / (positives * negatives)[:, 0] * both,
        "average_precision": (cracks * precision).sum(axis=1) / positives[:, 0] * both,
        "recall_at_5pct_false_alarms": reached.max(axis=1) / positives[:, 0] * both,
    }


def _of_probabilities(ranking: Ranking, weights: Floats) -> dict[str, Floats]:
    total = weights.sum(axis=1)
    squares = (ranking.scores - ranking.labels) ** 2
    gaps = np.zeros((len(ranking.bins), int(ranking.bins.max()) + 1))
    gaps[np.arange(len(ranking.bins)), ranking.bins] = ranking.labels - ranking.scores
    return {
        "brier": weights @ squares / total,
        "calibration_error": np.abs(weights @ gaps).sum(axis=1) / total,
    }
