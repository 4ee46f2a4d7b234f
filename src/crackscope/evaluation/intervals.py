"""95 % intervals by bootstrap over source groups, never over patches.

Patches of one photo resemble each other, so resampling them one by one makes an interval too
narrow. Whole groups (source photos) are drawn with replacement instead, as many as there are, and
the interval runs from the 2.5th to the 97.5th percentile of the resamples. Resamples that lack a
class are drawn again; those in which one figure is not defined (precision where no picture
reaches the threshold) are passed over for that figure. Where the two percentiles are the same (no
error at all), they would claim certainty; there the interval is widened by the Clopper-Pearson
bound of zero errors in as many trials as there are groups.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.evaluation import metrics
from crackscope.evaluation.metrics import DEFAULT_PREVALENCE, NAMES, Floats, Sample
from crackscope.types import EvalResult, Interval

RESAMPLES = 1000
_TAIL = 2.5
_CELLS = 250_000
"""Resamples x patches worked on at once: what stays in a processor's cache."""
_FEW_GROUPS = 10
_SAME = 1e-12
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
    drawn = metrics.sample(y, scores, threshold, prevalence)
    values = metrics.compute(y, scores, threshold, prevalence)
    codes = group_codes(names)
    spread = _resample(drawn, codes[drawn.order], resamples, seed)
    trials = _trials(y, codes)
    widened = [name for name in values if _is_point(spread[name])]
    found = {name: _interval(name, values[name], spread[name], trials) for name in values}
    _widen_precision_at_prevalence(found, prevalence)
    notes = (
        *metrics.absences(values, y),
        *_notes(names, trials, widened),
    )
    predicted = np.asarray(scores, np.float64) >= threshold
    return EvalResult(metrics=found, counts=_counts(y, predicted, trials["all"]), notes=notes)


def group_codes(groups: Sequence[str]) -> NDArray[np.int64]:
    """(N,) numbers from 0: one for each name, and one for each patch without a name."""
    names = np.asarray(groups, dtype=np.str_)
    codes = np.unique(names, return_inverse=True)[1].astype(np.int64)
    unknown = np.flatnonzero(names == "")
    codes[unknown] = codes.max(initial=0) + 1 + np.arange(len(unknown))
    numbers: NDArray[np.int64] = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return numbers


def draws(
    labels: ArrayLike, codes: NDArray[np.int64], resamples: int, seed: int
) -> Iterator[Floats]:
    """How often each picture is drawn, (R, N), a few of the resamples at a time.

    labels: (N,) 0 or 1; codes: (N,) numbers of their groups, as from `group_codes`. The same
    labels, codes and seed give the same resamples.
    """
    rng, step = np.random.default_rng(seed), min(resamples, max(1, _CELLS // len(codes)))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        yield _draw(np.asarray(labels, np.float64), codes, rows, rng)[:, codes]


def interval(
    value: float, spread: Floats, trials: int, least: float = 0.0, most: float = 1.0
) -> Interval:
    """The interval of a figure from its resamples (R,), NaN where it is not defined.

    `trials`: how many groups it is a figure of; `least` and `most`: what is possible.
    """
    low, high = np.nanpercentile(spread, [_TAIL, 100 - _TAIL])
    if high - low < _SAME:
        reach = (most - least) * zero_error_bound(trials)
        low, high = value - reach, value + reach
    return Interval(value, max(least, min(value, float(low))), min(most, max(value, float(high))))


def ratio(part: Interval, whole: Interval, of_part: Floats, of_whole: Floats) -> Interval:
    """The interval of one rate over another (not 0), from the resamples of both, (R,) each.

    Resamples without a `whole` are passed over. A ratio of 0 promises no more than the interval of
    `part` does.
    """
    ratios = over(of_part, of_whole)
    low, high = np.nanpercentile(ratios, [_TAIL, 100 - _TAIL])
    value = part.value / whole.value
    most = high if value else max(high, part.high / whole.value)
    return Interval(value, min(value, float(low)), max(value, float(most)))


def over(part: Floats, whole: Floats) -> Floats:
    """Ratios, NaN where there is no whole."""
    return np.asarray(part / np.where(whole > 0, whole, np.nan), np.float64)


def zero_error_bound(trials: int) -> float:
    """The highest error rate that zero errors in n trials leave possible (Clopper-Pearson).

    One trial says nothing.
    """
    return float(1 - (_TAIL / 100) ** (1 / trials)) if trials > 1 else 1.0


def _resample(
    drawn: Sample, codes: NDArray[np.int64], resamples: int, seed: int
) -> dict[str, Floats]:
    """Name -> (resamples,) values; `codes` in the order of `drawn`."""
    weights = draws(drawn.labels, codes, resamples, seed)
    parts = [metrics.measure(drawn, times) for times in weights]
    return {name: np.concatenate([part[name] for part in parts]) for name in NAMES}


def _draw(labels: Floats, codes: NDArray[np.int64], rows: int, rng: np.random.Generator) -> Floats:
    """(rows, groups): how often each group is drawn; every class of the data is in every row."""
    count = int(codes.max()) + 1
    cracks = np.bincount(codes, labels, count)
    by_class = np.stack([cracks, np.bincount(codes, minlength=count) - cracks], axis=1)
    present = by_class.sum(axis=0) > 0
    times = np.empty((rows, count))
    todo = np.arange(rows)
    while len(todo):
        picked = rng.integers(0, count, (len(todo), count)) + count * np.arange(len(todo))[:, None]
        times[todo] = np.bincount(picked.ravel(), minlength=picked.size).reshape(-1, count)
        todo = todo[((times[todo] @ by_class == 0) & present).any(axis=1)]
    return times


def _trials(labels: NDArray[np.int64], codes: NDArray[np.int64]) -> dict[str, int]:
    """How many groups hold anything, cracks, and sound patches."""
    return {
        "all": len(np.unique(codes)),
        "cracks": len(np.unique(codes[labels == 1])),
        "sound": len(np.unique(codes[labels == 0])),
    }


def _interval(name: str, value: float, spread: Floats, trials: dict[str, int]) -> Interval:
    return interval(value, spread, _trials_of(name, trials), -1.0 if name == "mcc" else 0.0)


def _is_point(spread: Floats) -> bool:
    low, high = np.nanpercentile(spread, [_TAIL, 100 - _TAIL])
    return bool(high - low < _SAME)


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
