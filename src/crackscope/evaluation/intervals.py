"""Every figure of a classifier with its 95 % interval, over source photos; see `statistics`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.evaluation import metrics, statistics
from crackscope.evaluation.metrics import DEFAULT_PREVALENCE, NAMES, Floats, Ranking
from crackscope.evaluation.statistics import RESAMPLES
from crackscope.types import EvalResult, Interval

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
    """Every figure with its interval, what was counted, and what a reader has to know.

    labels: (N,) 0 or 1; scores: (N,) probabilities; groups: N names of source photos, where ""
    (or None for all) says that nothing is known: such a patch is a group of its own.
    """
    y = np.asarray(labels, np.int64)
    names = [""] * len(y) if groups is None else list(groups)
    drawn = metrics.rank(y, scores, threshold, prevalence)
    values = metrics.compute(y, scores, threshold, prevalence)
    codes = statistics.group_codes(names)
    spread = _resample(drawn, codes[drawn.order], resamples, seed)
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
    drawn: Ranking, codes: NDArray[np.int64], resamples: int, seed: int
) -> dict[str, Floats]:
    """Name -> (resamples,) values; `codes` in the order of `drawn`."""
    weights = statistics.draws(drawn.labels, codes, resamples, seed)
    parts = [metrics.measure(drawn, times) for times in weights]
    return {name: np.concatenate([part[name] for part in parts]) for name in NAMES}


def _trials(labels: NDArray[np.int64], codes: NDArray[np.int64]) -> dict[str, int]:
    """How many groups hold anything, cracks, and sound patches."""
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
    """Never promise more than the intervals of recall and false-alarm rate do without errors."""
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
            f"the source photo of {unknown} of {len(groups)} pictures is unknown: each counts as "
            "a photo of its own, so the intervals are too narrow"
        )
    if trials["all"] == 1:
        notes.append(
            "all pictures come from one source photo: they say nothing about others, and the "
            "intervals span all that is possible"
        )
    elif fewest < _FEW_GROUPS:
        notes.append(f"one class or both have only {fewest} source photos: the intervals are rough")
    if widened and trials["all"] > 1:
        notes.append(
            f"the resamples do not differ in {', '.join(widened)}: the interval is that of zero "
            "errors in as many trials as there are source photos (Clopper-Pearson)"
        )
    return notes
