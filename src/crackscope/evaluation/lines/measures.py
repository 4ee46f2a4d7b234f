"""Line precision, recall and F1, length found, and false cracks per megapixel, with intervals.

Each is a ratio of sums over photos, so that long cracks count more. Intervals come from the
bootstrap over source photos that all metrics share (evaluation/statistics.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.evaluation import statistics
from crackscope.evaluation.lines.match import TOLERANCE_PX, Matched
from crackscope.evaluation.lines.sweep import Froc, f1, sums, sweep
from crackscope.evaluation.metrics import Floats
from crackscope.types.evaluation import Interval

PRECISION, RECALL, F1 = "line_precision", "line_recall", "line_f1"
LENGTH = "length_found"
FALSE_CRACKS = "false_cracks_per_megapixel"
SOUND_WITH_CRACK = "sound_photos_with_a_crack"
NAMES = (PRECISION, RECALL, F1, LENGTH, FALSE_CRACKS, SOUND_WITH_CRACK)


@dataclass(frozen=True)
class LineFigures:
    """Line metrics of a set of photos.

    `metrics` contain the defined ones: no recall without a crack, no rate of sound photos without
    one. `froc` is None if no photo is cracked. `sure` are the figures restricted to cracks whose
    scores reach `threshold`, None without a threshold.
    """

    metrics: Mapping[str, Interval]
    counts: Mapping[str, int]
    megapixels: float
    froc: Froc | None
    threshold: float | None = None
    sure: "LineFigures | None" = None

    def to_dict(self) -> dict[str, Any]:
        """The entry `lines` in metrics.json."""
        return {
            "tolerance_px": TOLERANCE_PX,
            "megapixels": round(self.megapixels, 4),
            **self._figures(),
            "froc": None if self.froc is None else self.froc.to_dict(),
            "at_threshold": None
            if self.sure is None
            else {"threshold": self.threshold, **self.sure._figures()},
        }

    def _figures(self) -> dict[str, Any]:
        metrics = {name: value.to_dict() for name, value in self.metrics.items()}
        return {"metrics": metrics, "counts": dict(self.counts)}


def measure(
    photos: Sequence[Matched],
    resamples: int = statistics.RESAMPLES,
    seed: int = 0,
    threshold: float | None = None,
) -> LineFigures:
    """All figures for the listed cracks, and the FROC curve over other thresholds.

    With `threshold` also the figures for cracks that reach it, as `sure`: `inspect` also lists
    unsure cracks.
    """
    if not photos:
        raise ValueError("photos must contain at least one photo. Received: none")
    swept = sweep(photos)
    table = np.stack([_row(photo) for photo in photos])
    groups = statistics.group_codes([photo.group for photo in photos])
    cracked = np.array([photo.cracked for photo in photos])
    resampled = sums(np.hstack([table, swept.table]), cracked, groups, resamples, seed)
    whole, spread = _figures(table.sum(axis=0)[None]), _figures(resampled[:, : table.shape[1]])
    trials = _trials(table, cracked, groups)
    metrics = {
        name: _interval(name, float(whole[name][0]), spread[name], trials[name], photos)
        for name in NAMES
        if trials[name] and np.isfinite(whole[name][0])
    }
    froc = swept.froc(resampled[:, table.shape[1] :], trials[RECALL]) if cracked.any() else None
    megapixels = float(sum(photo.megapixels for photo in photos))
    sure = None
    if threshold is not None:
        sure = measure([photo.at(threshold) for photo in photos], resamples, seed)
    return LineFigures(metrics, _counts(photos, groups), megapixels, froc, threshold, sure)


def _row(photo: Matched) -> Floats:
    """The summands of a photo, in the order of `_figures`."""
    sound = not photo.cracked
    return np.array(
        [
            photo.right.sum(),
            len(photo.right),
            np.isfinite(photo.centre).sum(),
            len(photo.centre),
            photo.lengths[photo.right].sum(),
            photo.true_px,
            photo.false.sum(),
            photo.megapixels,
            sound,
            sound and len(photo.scores) > 0,
        ],
        np.float64,
    )


def _figures(sums: Floats) -> dict[str, Floats]:
    """From sums (R, columns) to (R,) per figure, NaN if undefined."""
    right, lines, found, centre, right_px, true_px, false, megapixels, sound, hit = sums.T
    precision, recall = statistics.over(right, lines), statistics.over(found, centre)
    return {
        PRECISION: precision,
        RECALL: recall,
        F1: f1(np.nan_to_num(precision, nan=0.0), recall),  # 0 if nothing is found
        LENGTH: statistics.over(right_px, true_px),
        FALSE_CRACKS: statistics.over(false, megapixels),
        SOUND_WITH_CRACK: statistics.over(hit, sound),
    }


def _trials(table: Floats, cracked: NDArray[np.bool_], groups: NDArray[np.int64]) -> dict[str, int]:
    """Number of source photos behind each figure."""
    with_lines = table[:, 1] > 0
    rows = {
        PRECISION: with_lines if cracked.any() else np.zeros_like(cracked),
        RECALL: cracked,
        F1: cracked,
        LENGTH: cracked,
        FALSE_CRACKS: np.ones_like(cracked),
        SOUND_WITH_CRACK: ~cracked,
    }
    return {name: len(np.unique(groups[chosen])) for name, chosen in rows.items()}


def _interval(
    name: str, value: float, spread: Floats, trials: int, photos: Sequence[Matched]
) -> Interval:
    most = 1.0
    if name == LENGTH:
        most = float(np.nanmax(spread)) + 1.0
    if name == FALSE_CRACKS:  # at most one more per source photo, for the bound on zero errors
        area = sum(photo.megapixels for photo in photos)
        most = float(np.nanmax(spread)) + trials / area
    return statistics.interval(value, spread, trials, most=most)


def _counts(photos: Sequence[Matched], groups: NDArray[np.int64]) -> dict[str, int]:
    sound = [photo for photo in photos if not photo.cracked]
    return {
        "photos": len(photos),
        "groups": len(np.unique(groups)),
        "cracked_photos": len(photos) - len(sound),
        "sound_photos": len(sound),
        "sound_photos_with_a_crack": sum(len(photo.scores) > 0 for photo in sound),
        "cracks": sum(len(photo.scores) for photo in photos),
        "false_cracks": int(sum(photo.false.sum() for photo in photos)),
    }
