"""Score and verdict of a photo from its window scores."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crackscope.types import Crack, ScoreMap, Verdict

_BELOW = 0.999
_HIGHEST = 1e7
"""Maximum odds of a window: the precision of float32."""


def score(found: ScoreMap) -> float:
    """Calibrated probability that the photo shows a crack; for a single window, its score.

    The odds of a crack are averaged over each square of two by two windows, since it may be in any
    of them: the likelihood of the square, if sound and cracked ones are equally frequent. Squares
    are combined by their root mean square. A crack passes through about the square root of the
    number of squares. A large sound photo, with more places for a false alarm, is thus no more
    likely to be called cracked, and one that a crack crosses no less (docs/decisions/0013).
    """
    if found.scores.size == 1:
        return float(found.scores[0, 0])
    odds = np.minimum(found.scores / np.maximum(1.0 - found.scores, 1.0 / _HIGHEST), _HIGHEST)
    squares = _means(_means(odds, found.window_stride + 1, 0), found.window_stride + 1, 1)
    joined = float(np.sqrt(np.mean(squares**2)))
    return min(joined / (1.0 + joined), float(found.scores.max()))


def score_with_lines(found: ScoreMap, cracks: Sequence[Crack], lower: float) -> float:
    """The same for a model with lines: from its highest crack score; for a single window, its
    score.

    The odds of that crack are divided by the square root of the number of two by two window squares
    that fit into the photo: a large photo has more places for a false alarm, and a crack that
    crosses it is longer and so scores higher. Without cracks, the windows give a score below
    `lower`, so that nobody has to review it.
    """
    if found.scores.size == 1:
        return float(found.scores[0, 0])
    surest = max((crack.score for crack in cracks), default=0.0)
    odds = surest / max(1.0 - surest, 1.0 / _HIGHEST) / math.sqrt(max(1.0, _squares(found)))
    return max(lower * score(found) * _BELOW, odds / (1.0 + odds))


def _squares(found: ScoreMap) -> float:
    """The number of squares of two by two windows that fit into the photo."""
    height, width = int(found.tops[-1]) + found.height, int(found.lefts[-1]) + found.width
    return height * width / (4 * found.height * found.width)


def decide(score: float, highest: float, lower: float, upper: float) -> Verdict:
    """`crack` if the score reaches `upper`; `unsure`, for review, if it reaches `lower`, or if the
    highest window reaches `upper`."""
    if score >= upper:
        return "crack"
    return "unsure" if score >= lower or highest >= upper else "no crack"


def _means(values: NDArray[np.float64], count: int, axis: int) -> NDArray[np.float64]:
    """Means of `count` neighbours along an axis, or of all if there are fewer."""
    count = min(count, values.shape[axis])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, count, axis).mean(-1))
