"""Error against coverage: what is gained by leaving the least sure pictures to a person.

The verdict on a picture is `crack` where its score reaches the upper threshold. How sure it is: the
probability, by the score itself, that it is right, so the score of a `crack` and 1 - score of a
`no crack`. Answering only the share c of the pictures, those with the surest verdicts, leaves an
error rate among the answered; against c it is the risk-coverage curve (El-Yaniv and Wiener 2010,
Geifman and El-Yaniv 2017). Equally sure pictures cannot be told apart: where c cuts through them,
the rate is the one to expect if chance decides which of them are answered. So a score that is the
same everywhere gains nothing. The model's own band of `unsure` lies on one side of the threshold
and so beside the curve; see `unsure`.

error_at_100pct_coverage   error rate where every picture is answered: 1 - accuracy
error_at_90pct_coverage    the same where the least sure 10 % are not answered
error_ratio                the second over the first: 0.5 where the error halves
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.evaluation import statistics, unsure
from crackscope.types import Interval

PERCENTS = tuple(range(100, 49, -1))
"""The curve's points, in percent of the pictures."""
AT_FULL, AT_90, RATIO = "error_at_100pct_coverage", "error_at_90pct_coverage", "error_ratio"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coverage:
    """The curve (percent answered -> error among them), its figures, and the model's own band."""

    curve: dict[int, Interval]
    figures: dict[str, Interval]
    band: unsure.Band

    def to_dict(self) -> dict[str, Any]:
        """As in metrics.json."""
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
    """Every figure with its interval, from the same resamples of source groups as `intervals`.

    labels: (N,) 0 or 1; scores: (N,) probabilities; groups: N names, "" where unknown.
    `error_ratio` is not there where not one picture is judged wrong.
    """
    y, s = np.asarray(labels) == 1, np.asarray(scores, np.float64)
    codes = statistics.group_codes(groups)
    wrong, sure = y != (s >= upper), np.where(s >= upper, s, 1 - s)
    draws = statistics.draws(y, codes, resamples, seed)
    spread = np.concatenate([selective_error(wrong, sure, times) for times in draws])
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
    """(R, P): the error rate among the surest PERCENTS of the pictures.

    wrong, sure: (N,); weights: (R, N), how often each picture counts. Of equally sure pictures each
    is answered in part, so that the rate is the expected one.
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
    """Percent -> error; `codes` from the surest picture on.

    Where no error is left, nothing better is claimed than by no error in as many photos.
    """
    found = {}
    for percent, value, column in zip(PERCENTS, values, spread.T, strict=True):
        photos = len(np.unique(codes[: -(-len(codes) * percent // 100)]))
        error = statistics.interval(float(value), column, photos)
        least = 0.0 if value else statistics.zero_error_bound(photos)
        found[percent] = replace(error, high=max(error.high, least))
    return found
