"""From window scores to the photo's own score and verdict."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crackscope.types import Crack, ScoreMap, Verdict

_BELOW = 0.999
_HIGHEST = 1e7
"""Odds of the surest window: single precision has no more."""


def score(found: ScoreMap) -> float:
    """Calibrated probability that the photo shows a crack; of a single window, its own.

    In each square of two by two windows the odds of a crack are averaged, since it may be in any of
    them: the likelihood of the square, if sound and cracked ones are as frequent. Squares are
    joined by their root mean square. A crack runs on, through about the square root of the
    squares of a photo; so a large sound photo, which has more places to be wrong at, is no more
    likely to be called cracked, and one that a crack crosses no less (docs/decisions/0013).
    """
    if found.scores.size == 1:
        return float(found.scores[0, 0])
    odds = np.minimum(found.scores / np.maximum(1.0 - found.scores, 1.0 / _HIGHEST), _HIGHEST)
    squares = _means(_means(odds, found.window_stride + 1, 0), found.window_stride + 1, 1)
    joined = float(np.sqrt(np.mean(squares**2)))
    return min(joined / (1.0 + joined), float(found.scores.max()))


def score_with_lines(found: ScoreMap, cracks: Sequence[Crack], lower: float) -> float:
    """The same of a model with lines: that of its surest crack; of a single window, its own.

    The odds of that crack are divided by the square root of the squares of two by two windows that
    fit into the photo: a large photo has more places where a line may be taken for a crack, and a
    crack that crosses it is longer and so surer. Where there is none, its windows say a little:
    less than `lower`, so that nobody has to look.
    """
    if found.scores.size == 1:
        return float(found.scores[0, 0])
    surest = max((crack.score for crack in cracks), default=0.0)
    odds = surest / max(1.0 - surest, 1.0 / _HIGHEST) / math.sqrt(max(1.0, _squares(found)))
    return max(lower * score(found) * _BELOW, odds / (1.0 + odds))


def _squares(found: ScoreMap) -> float:
    """How many squares of two by two windows fit into the photo."""
    height, width = int(found.tops[-1]) + found.height, int(found.lefts[-1]) + found.width
    return height * width / (4 * found.height * found.width)


def decide(score: float, highest: float, lower: float, upper: float) -> Verdict:
    """`crack` where the photo's score reaches `upper`; `unsure`, so that somebody looks, where it
    reaches `lower`, or the highest window reaches `upper`."""
    if score >= upper:
        return "crack"
    return "unsure" if score >= lower or highest >= upper else "no crack"


def _means(values: NDArray[np.float64], count: int, axis: int) -> NDArray[np.float64]:
    """Means of `count` neighbours along an axis, of all where there are fewer."""
    count = min(count, values.shape[axis])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, count, axis).mean(-1))
