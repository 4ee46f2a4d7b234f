"""Recall by width for synthetic cracks, and the accuracy of their length."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crackscope.evaluation import statistics
from crackscope.evaluation.calibration import calibration_error
from crackscope.evaluation.lines.sweep import sums
from crackscope.evaluation.lines.synthetic import WIDTHS, Followed
from crackscope.types.evaluation import Interval

WIDE_PX = 2.0
"""Smallest mean width of cracks whose length is evaluated."""


@dataclass(frozen=True)
class WidthFigures:
    """Line metrics on synthetic cracks.

    `recall` of the painted length, by width class. `length` is the ratio of found to painted length
    of the `wide` cracks (2 px and more): quartiles (25 %, median, 75 %), None without any; a
    missed crack counts as 0. `broken` of the `crossings` of block borders break the line.
    `calibration_error` is that of the scores of the `found` cracks, None without any.
    """

    recall: Mapping[str, Interval]
    length: tuple[float, float, float] | None
    wide: int
    cracks: int
    crossings: int
    broken: int
    found: int
    calibration_error: float | None

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        names = ("q25", "median", "q75")
        return {
            "cracks": self.cracks,
            "recall_by_width_px": {name: value.to_dict() for name, value in self.recall.items()},
            "length_found": {
                "cracks": self.wide,
                **({} if self.length is None else dict(zip(names, self.length, strict=True))),
            },
            "block_borders": {"crossings": self.crossings, "broken": self.broken},
            "scores": {"cracks": self.found, "calibration_error": self.calibration_error},
        }


def summarise(
    followed: Sequence[Followed], resamples: int = statistics.RESAMPLES, seed: int = 0
) -> WidthFigures:
    """The figures, with intervals by bootstrap over grounds."""
    if not followed:
        raise ValueError("followed must contain at least one synthetic crack. Received: none")
    wide = [one for one in followed if one.width_px >= WIDE_PX and one.true_px > 0]
    ratios = [one.found_px / one.true_px for one in wide]
    scores = np.concatenate([one.scores for one in followed])
    right = np.concatenate([one.right for one in followed])
    q25, median, q75 = np.quantile(ratios, [0.25, 0.5, 0.75]).tolist() if wide else [math.nan] * 3
    return WidthFigures(
        recall=_recall(followed, resamples, seed),
        length=(q25, median, q75) if wide else None,
        wide=len(wide),
        cracks=len(followed),
        crossings=sum(one.crossings for one in followed),
        broken=sum(one.broken for one in followed),
        found=len(scores),
        calibration_error=calibration_error(right, scores) if len(scores) else None,
    )


def named(low: float, high: float) -> str:
    """'2-4' or '>20'."""
    return f">{low:g}" if math.isinf(high) else f"{low:g}-{high:g}"


def _recall(followed: Sequence[Followed], resamples: int, seed: int) -> dict[str, Interval]:
    table = np.array([_row(one) for one in followed])
    groups = statistics.group_codes([one.ground for one in followed])
    resampled = sums(table, np.ones(len(table), bool), groups, resamples, seed)
    found = {}
    for column, (low, high) in enumerate(WIDTHS):
        seen, there = 2 * column, 2 * column + 1
        whole = table[:, there].sum()
        if whole == 0:
            continue
        trials = len(np.unique(groups[table[:, there] > 0]))
        spread = statistics.over(resampled[:, seen], resampled[:, there])
        value = float(table[:, seen].sum() / whole)
        found[named(low, high)] = statistics.interval(value, spread, trials)
    return found


def _row(one: Followed) -> list[int]:
    """Found pixels and all pixels of the centre line, by width class."""
    row = []
    for low, high in WIDTHS:
        inside = (one.widths >= low) & (one.widths < high)
        row += [int((inside & (one.crack > 0)).sum()), int(inside.sum())]
    return row
