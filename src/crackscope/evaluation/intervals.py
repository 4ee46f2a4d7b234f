"""Metrics of a classifier with 95 % intervals over source photos; see `statistics`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.evaluation import metrics, statistics
from crackscope.evaluation.metrics import DEFAULT_PREVALENCE, NAMES, Floats, Ranking
from crackscope.evaluation.statistics import RESAMPLES
from crackscope.types.evaluation import EvalResult, Interval

_FEW_GROUPS = 10
_OF_CRACKS = frozenset({"recall"})
_OF_SOUND = frozenset({"false_alarm_rate"})
_OF_ALL = frozenset({"accuracy", "brier", "calibration_error"})


def measure(
    labels: ArrayLike,
    scores: ArrayLike,
    threshold: float,
    groups: Sequence[str] | None = None,
    prevalence: float = DEFAULT_PREVALENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> EvalResult:
    """All metrics with intervals, counts and notes.

    labels: (N,) 0 or 1; scores: (N,) probabilities; groups: N names of source photos. A patch with
    the name "" (or all, with None) is of an unknown photo and forms its own group.
    """
    y = np.asarray(labels, np.int64)
    names = [""] * len(y) if groups is None else list(groups)
    ranking = metrics.rank(y, scores, threshold, prevalence)
    values = metrics.compute(y, scores, threshold, prevalence)
    codes = statistics.group_codes(names)
    spread = _resample(ranking, codes[ranking.order], resamples, seed)
    trials = _trials(y, codes)
    widened = [name for name in values if statistics.is_point(spread[name])]
    found = {name: _interval(name, values[name], spread[name], trials) for name in values}
    _widen_precision_at_prevalence(found, prevalence)
    notes = (
        *metrics.absences(values, y),
        *_notes(names, trials, widened),
    )
    predicted = np.asarray(scores, np.float64) >= threshold
    return EvalResult(metrics=found, counts=_counts(y, predicted, trials["all"]), notes=notes)


def _resample(
    ranking: Ranking, codes: NDArray[np.int64], resamples: int, seed: int
) -> dict[str, Floats]:
    """Name -> (resamples,) values; `codes` in the order of `ranking`."""
    weights = statistics.resample(ranking.labels, codes, resamples, seed)
    parts = [metrics.measure(ranking, times) for times in weights]
    return {name: np.concatenate([part[name] for part in parts]) for name in NAMES}


def _trials(labels: NDArray[np.int64], codes: NDArray[np.int64]) -> dict[str, int]:
    """Number of groups in total, with cracks, and with sound patches."""
    return {
        "all": len(np.unique(codes)),
        "cracks": len(np.unique(codes[labels == 1])),
        "sound": len(np.unique(codes[labels == 0])),
    }


def _interval(name: str, value: float, spread: Floats, trials: dict[str, int]) -> Interval:
    return statistics.interval(
        value, spread, _trials_of(name, trials), -1.0 if name == "mcc" else 0.0
    )


def _trials_of(name: str, trials: dict[str, int]) -> int:
    if name in _OF_ALL:
        return trials["all"]
    if name in _OF_CRACKS:
        return trials["cracks"]
    if name in _OF_SOUND:
        return trials["sound"]
    return min(trials["cracks"], trials["sound"])


def _widen_precision_at_prevalence(found: dict[str, Interval], prevalence: float) -> None:
    """Widen the interval to match that of a false-alarm rate of zero."""
    name = "precision_at_prevalence"
    alarms = found.get("false_alarm_rate")
    if name not in found or alarms is None or alarms.value > 0:
        return
    recall, rate = np.array([found["recall"].value]), np.array([alarms.high])
    worst = float(metrics.precision_at(recall, rate, prevalence)[0])
    found[name] = Interval(found[name].value, min(found[name].low, worst), found[name].high)


def _counts(labels: NDArray[np.int64], predicted: NDArray[np.bool_], groups: int) -> dict[str, int]:
    crack = labels == 1
    return {
        "pictures": len(labels),
        "crack": int(crack.sum()),
        "sound": int((~crack).sum()),
        "groups": groups,
        "true_positives": int((predicted & crack).sum()),
        "false_positives": int((predicted & ~crack).sum()),
        "false_negatives": int((~predicted & crack).sum()),
        "true_negatives": int((~predicted & ~crack).sum()),
    }


def _notes(groups: Sequence[str], trials: dict[str, int], widened: Sequence[str]) -> list[str]:
    notes = []
    fewest = min(number for number in trials.values() if number)
    unknown = sum(not name for name in groups)
    if unknown:
        notes.append(
            f"the source photo of {unknown} of {len(groups)} patches is unknown: each counts as a "
            "separate photo, so the intervals are too narrow"
        )
    if trials["all"] == 1:
        notes.append(
            "all patches come from one source photo: the metrics do not generalise to others, and "
            "the intervals cover the whole range"
        )
    elif fewest < _FEW_GROUPS:
        notes.append(
            f"at least one class has only {fewest} source photos: the intervals are approximate"
        )
    if widened and trials["all"] > 1:
        notes.append(
            f"all resamples agree on {', '.join(widened)}: the interval is the Clopper-Pearson "
            "bound for zero errors, with source photos as trials"
        )
    return notes
