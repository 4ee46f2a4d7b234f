"""How a crack's score is fitted: on lines traced in synthetic photos, whose truth is known.

The photos are larger than what the network was trained on, so that patterns are to be seen, and on
surfaces that it was not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.inspection.cracks import TRACING, context
from crackscope.lines.evidence import describe
from crackscope.lines.find import Traced, find_cracks
from crackscope.lines.score import Scorer
from crackscope.scoring.scored import Scored
from crackscope.training.lines.pool import Pictures
from crackscope.types import Photo

Floats = NDArray[np.float64]
NEAR = 5
"""Pixels from a crack's mask within which a point of a line is right."""
_TRUE, _FALSE = 0.6, 0.3
"""Fraction of a line's points that are right, from which it is a crack, and up to which it is none;
lines between are left out."""
_PENALTY = 0.3


@dataclass(frozen=True)
class Lines:
    """Lines that were traced: `numbers` (N, F) of each, `cracks` (N,) whether it is one, `photo`
    (N,) in which."""

    numbers: Floats
    cracks: NDArray[np.bool_]
    photo: NDArray[np.int64]

    def take(self, chosen: NDArray[np.bool_]) -> "Lines":
        """Some of them."""
        return Lines(self.numbers[chosen], self.cracks[chosen], self.photo[chosen])


def collect(score: Callable[[Photo], Scored], lots: Iterable[Pictures]) -> Lines:
    """The lines that are traced in pictures, with their truth; `score` is `Inspector.score`."""
    numbers, cracks, photos = [], [], []
    count = 0
    for lot in lots:
        for pixels, mask in zip(lot.pixels, lot.mask, strict=True):
            scored = score(Photo(str(count), pixels))
            traced = () if scored.lines is None else find_cracks(scored.lines, TRACING)
            if traced:
                right = np.array([_right(one, _near(mask)) for one in traced])
                clear = (right >= _TRUE) | (right <= _FALSE)
                found = np.column_stack([describe(traced), context(scored, traced)])
                numbers.append(found[clear])
                cracks.append(right[clear] >= _TRUE)
                photos.append(np.full(int(clear.sum()), count))
            count += 1
    return Lines(np.concatenate(numbers), np.concatenate(cracks), np.concatenate(photos))


def fit(lines: Lines) -> Scorer:
    """The logistic rule that tells cracks from other lines."""
    extras.require("sklearn", "train", "fit the score of cracks")
    from sklearn.linear_model import LogisticRegression

    mean, spread = lines.numbers.mean(axis=0), lines.numbers.std(axis=0) + 1e-6
    found = Scorer(mean, spread, np.zeros_like(mean), 0.0)
    rule = LogisticRegression(C=_PENALTY, max_iter=1000)
    rule.fit(found.standardised(lines.numbers), lines.cracks)
    return Scorer(mean, spread, rule.coef_[0], float(rule.intercept_[0]))


def _near(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels within `NEAR` of a crack, by squares."""
    from scipy.ndimage import maximum_filter

    return np.asarray(maximum_filter(mask, 2 * NEAR + 1) > 0)


def _right(traced: Traced, near: NDArray[np.bool_]) -> float:
    points = np.concatenate([branch.points[:, :2] for branch in traced.branches])
    x, y = np.floor(points).astype(np.int64).T
    rows, columns = near.shape
    return float(near[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)].mean())
