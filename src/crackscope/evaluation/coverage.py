"""Selective classification: error rate when the least confident patches are left to a person.

The verdict on a patch is `crack` if its score reaches the upper threshold. Its confidence is the
probability, by the score, that the verdict is right: the score for `crack`, 1 - score for
`no crack`. Answering only the fraction c of the patches with the highest confidence gives an error
rate; as a function of c it is the risk-coverage curve (El-Yaniv and Wiener 2010, Geifman and
El-Yaniv 2017). If c falls within a group of equal confidence, the rate is the expected one for a
random choice among them, so that a constant score gains nothing. The model's own `unsure` band is
one-sided and therefore not on the curve; see `unsure`.

error_at_100pct_coverage   error rate if every patch is answered: 1 - accuracy
error_at_90pct_coverage    error rate without the least confident 10 %
error_ratio                the second divided by the first: 0.5 if the error halves
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.evaluation import statistics, unsure
from crackscope.types.evaluation import Interval

PERCENTS = tuple(range(100, 49, -1))
"""Points of the curve, in percent of the patches."""
AT_FULL, AT_90, RATIO = "error_at_100pct_coverage", "error_at_90pct_coverage", "error_ratio"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coverage:
    """The curve (percent answered -> error rate), its key figures, and the `unsure` band."""

    curve: dict[int, Interval]
    figures: dict[str, Interval]
    band: unsure.Band

    def to_dict(self) -> dict[str, Any]:
        """The entry in metrics.json."""
        return {
            "figures": {name: value.to_dict() for name, value in self.figures.items()},
            "curve": [
                {"coverage": percent / 100, "error": error.to_dict()}
                for percent, error in self.curve.items()
            ],
            "unsure": self.band.to_dict(),
        }


def measure(
    labels: ArrayLike,
    scores: ArrayLike,
    lower: float,
    upper: float,
    groups: Sequence[str],
    resamples: int = statistics.RESAMPLES,
    seed: int = 0,
) -> Coverage:
    """All figures with intervals, from the same resamples of source groups as `intervals`.

    labels: (N,) 0 or 1; scores: (N,) probabilities; groups: N names, "" if unknown.
    `error_ratio` is missing if there is no error.
    """
    y, s = np.asarray(labels) == 1, np.asarray(scores, np.float64)
    codes = statistics.group_codes(groups)
    wrong, sure = y != (s >= upper), np.where(s >= upper, s, 1 - s)
    weights = statistics.resample(y, codes, resamples, seed)
    spread = np.concatenate([selective_error(wrong, sure, times) for times in weights])
    (values,) = selective_error(wrong, sure, np.ones((1, len(y))))
    curve = _curve(values, spread, codes[np.argsort(-sure, kind="stable")])
    full, at_90 = curve[100], curve[90]
    figures = {AT_FULL: full, AT_90: at_90}
    if full.value:
        of_90 = spread[:, PERCENTS.index(90)]
        figures[RATIO] = statistics.ratio(at_90, full, of_90, spread[:, 0])
    return Coverage(
        curve=curve,
        figures=figures,
        band=unsure.measure(y, s, lower, upper, codes, resamples, seed),
    )


def selective_error(wrong: NDArray[np.bool_], sure: Floats, weights: Floats) -> Floats:
    """(R, P): the error rate among the most confident PERCENTS of the patches.

    wrong, sure: (N,) error and confidence; weights: (R, N) count of each patch. Patches of equal
    confidence are answered fractionally, which gives the expected rate.
    """
    order = np.argsort(-sure, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(sure[order]) != 0])
    amounts = np.add.reduceat(weights[:, order], starts, axis=1)
    errors = np.add.reduceat((weights * wrong)[:, order], starts, axis=1)
    return np.stack([_along(*row) for row in zip(amounts, errors, strict=True)])


def _along(amounts: Floats, errors: Floats) -> Floats:
    answered, wrong = np.r_[0.0, amounts.cumsum()], np.r_[0.0, errors.cumsum()]
    wanted = np.array(PERCENTS) / 100 * answered[-1]
    found: Floats = np.interp(wanted, answered, wrong) / wanted
    return found


def _curve(values: Floats, spread: Floats, codes: NDArray[np.int64]) -> dict[int, Interval]:
    """Percent -> error rate; `codes` sorted by falling confidence.

    Without an error, the interval is that of zero errors in as many photos.
    """
    found = {}
    for percent, value, column in zip(PERCENTS, values, spread.T, strict=True):
        photos = len(np.unique(codes[: -(-len(codes) * percent // 100)]))
        error = statistics.interval(float(value), column, photos)
        least = 0.0 if value else statistics.zero_error_bound(photos)
        found[percent] = replace(error, high=max(error.high, least))
    return found
