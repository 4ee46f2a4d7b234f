"""FROC: line recall against false cracks per megapixel, over the scores of the cracks.

Free-response operating characteristic. Source: Bunch et al., "A free-response approach to the
measurement and characterization of radiographic-observer performance", 1978.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.evaluation import statistics
from crackscope.evaluation.lines.match import Matched
from crackscope.evaluation.metrics import Floats
from crackscope.types.evaluation import Interval

RATES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""False cracks per megapixel at which recall is reported."""
_THRESHOLDS = 100
_PARTS = ("right", "lines", "found", "false")


@dataclass(frozen=True)
class Froc:
    """The FROC curve by threshold, (T,) each, highest first; and recall at given rates.

    `false_rate` is in cracks per megapixel; `at` maps a rate to the highest recall for at most that
    rate. `best` is the threshold of the highest F1 and that F1: for information only, since it is
    chosen on the evaluation data.
    """

    thresholds: Floats
    false_rate: Floats
    recall: Floats
    at: dict[float, Interval]
    best: tuple[float, float] | None

    def to_dict(self) -> dict[str, Any]:
        """The entry in metrics.json."""
        columns = (self.thresholds, self.false_rate, self.recall)
        names = ("threshold", "false_cracks_per_megapixel", "recall")
        rows = zip(*(column.tolist() for column in columns), strict=True)
        best = None if self.best is None else dict(zip(("threshold", "f1"), self.best, strict=True))
        at = [{names[1]: rate, "recall": value.to_dict()} for rate, value in self.at.items()]
        return {
            "recall_at": at,
            "best_f1": best,
            "curve": [dict(zip(names, row, strict=True)) for row in rows],
        }


@dataclass(frozen=True)
class Sweep:
    """The summands of all photos at all thresholds: `table` (N, 4 T + 2), see `_split`."""

    thresholds: Floats
    table: Floats

    def froc(self, resampled: Floats, trials: int) -> Froc:
        """The curve; `resampled` (R, 4 T + 2) sums, `trials` source photos with cracks."""
        rate, recall, precision = self._split(self.table.sum(axis=0)[None])
        rates, recalls, _ = self._split(resampled)
        most = float(rate.max(initial=0.0))
        within = [x for x in RATES if x < most]
        at = {
            x: statistics.interval(
                float(_recall_at(rate, recall, x)[0]), _recall_at(rates, recalls, x), trials
            )
            for x in [*within, min((x for x in RATES if x >= most), default=most)]
        }
        return Froc(self.thresholds, rate[0], recall[0], at, self._best(precision[0], recall[0]))

    def _split(self, sums: Floats) -> tuple[Floats, Floats, Floats]:
        """False cracks per megapixel, recall and precision, each (R, T)."""
        right, lines, found, false = np.split(sums[:, :-2], len(_PARTS), axis=1)
        centre, megapixels = sums[:, -2:-1], sums[:, -1:]
        exact = right / np.maximum(lines, 1.0)
        return false / np.maximum(megapixels, 1e-12), found / np.maximum(centre, 1.0), exact

    def _best(self, precision: Floats, recall: Floats) -> tuple[float, float] | None:
        if not len(self.thresholds):
            return None
        values = f1(precision, recall)
        row = int(values.argmax())
        return float(self.thresholds[row]), float(values[row])


def sweep(photos: Sequence[Matched]) -> Sweep:
    """The summands of all photos, for up to 100 thresholds evenly spread over the cracks."""
    scores = np.unique(np.concatenate([photo.scores for photo in photos]))[::-1]
    if len(scores) > _THRESHOLDS:
        chosen = np.linspace(0, len(scores) - 1, _THRESHOLDS).round().astype(int)
        scores = scores[chosen]
    return Sweep(scores, np.stack([_row(photo, scores) for photo in photos]))


def sums(
    table: Floats, cracked: NDArray[np.bool_], groups: NDArray[np.int64], resamples: int, seed: int
) -> Floats:
    """Sums of the rows of a table (N, M) in each resample of the source photos, (R, M)."""
    times = statistics.resample(cracked, groups, resamples, seed)
    return np.concatenate([part @ table for part in times])


def f1(precision: Floats, recall: Floats) -> Floats:
    """Harmonic mean; 0 if both are 0."""
    return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-12), np.float64)


def _row(photo: Matched, thresholds: Floats) -> Floats:
    parts = (photo.lines[photo.right], photo.lines, photo.centre, photo.scores[photo.false])
    counts = [_at_least(values, thresholds) for values in parts]
    return np.concatenate([*counts, [len(photo.centre), photo.megapixels]])


def _at_least(values: Floats, thresholds: Floats) -> Floats:
    """(T,) number of values that reach each threshold."""
    return np.asarray(len(values) - np.searchsorted(np.sort(values), thresholds), np.float64)


def _recall_at(rates: Floats, recalls: Floats, most: float) -> Floats:
    """(R,) the highest recall for at most `most` false cracks per megapixel.

    Both (R, T) grow with falling thresholds; above the highest, recall is 0.
    """
    count = (rates <= most).sum(axis=1)
    padded = np.concatenate([np.zeros((len(recalls), 1)), recalls], axis=1)
    return np.asarray(padded[np.arange(len(recalls)), count], np.float64)
