"""Fit the score of cracks on lines traced in synthetic photos with known cracks.

The photos are larger than the training images, so that patterns are visible, and show surfaces that
were not used for training.
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
"""Largest distance in pixels of a correct line point from a crack's mask."""
_TRUE, _FALSE = 0.6, 0.3
"""Fraction of correct points from which a line is a crack, and up to which it is not; lines in
between are excluded."""
_PENALTY = 0.3


@dataclass(frozen=True)
class Lines:
    """Traced lines: `numbers` (N, F) their features, `cracks` (N,) whether each is a crack, and
    `photo` (N,) the photo of each."""

    numbers: Floats
    cracks: NDArray[np.bool_]
    photo: NDArray[np.int64]

    def take(self, chosen: NDArray[np.bool_]) -> "Lines":
        """The lines where `chosen` (N,) is true."""
        return Lines(self.numbers[chosen], self.cracks[chosen], self.photo[chosen])


def collect(score: Callable[[Photo], Scored], lots: Iterable[Pictures]) -> Lines:
    """The lines traced in synthetic photos, with labels; `score` is `Inspector.score`."""
    features, cracks, photos = [], [], []
    count = 0
    for lot in lots:
        for pixels, mask in zip(lot.pixels, lot.mask, strict=True):
            scored = score(Photo(str(count), pixels))
            traced = () if scored.lines is None else find_cracks(scored.lines, TRACING)
            if traced:
                right = np.array([_right(one, _near(mask)) for one in traced])
                clear = (right >= _TRUE) | (right <= _FALSE)
                found = np.column_stack([describe(traced), context(scored, traced)])
                features.append(found[clear])
                cracks.append(right[clear] >= _TRUE)
                photos.append(np.full(int(clear.sum()), count))
            count += 1
    return Lines(np.concatenate(features), np.concatenate(cracks), np.concatenate(photos))


def fit(lines: Lines) -> Scorer:
    """Fit the logistic regression that tells cracks from other lines."""
    extras.require("sklearn", "train", "fit the score of cracks")
    from sklearn.linear_model import LogisticRegression

    mean, spread = lines.numbers.mean(axis=0), lines.numbers.std(axis=0) + 1e-6
    found = Scorer(mean, spread, np.zeros_like(mean), 0.0)
    rule = LogisticRegression(C=_PENALTY, max_iter=1000)
    rule.fit(found.standardised(lines.numbers), lines.cracks)
    return Scorer(mean, spread, rule.coef_[0], float(rule.intercept_[0]))


def _near(mask: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels within a chessboard distance of `NEAR` from a crack."""
    from scipy.ndimage import maximum_filter

    return np.asarray(maximum_filter(mask, 2 * NEAR + 1) > 0)


def _right(traced: Traced, near: NDArray[np.bool_]) -> float:
    points = np.concatenate([branch.points[:, :2] for branch in traced.branches])
    x, y = np.floor(points).astype(np.int64).T
    rows, columns = near.shape
    return float(near[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)].mean())
