"""Fit the blend of both scales, and the score of cracks, to synthetic photos with known cracks.

The photos are larger than the training images, so that patterns are visible, and show surfaces that
were not used for training.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.inspection.cracks import TRACING, context
from crackscope.lines.evidence import describe
from crackscope.lines.find import Traced, find_cracks
from crackscope.lines.score import Scorer
from crackscope.scoring.half_scale import Blend
from crackscope.scoring.scored import LineMap, Scored
from crackscope.training.lines.pool import Pictures
from crackscope.types import Photo

Floats = NDArray[np.float64]
NEAR = 5
"""Largest distance in pixels of a correct line point from a crack's mask."""
_TRUE, _FALSE = 0.6, 0.3
"""Fraction of correct points from which a line is a crack, and up to which it is not; lines in
between are excluded."""
_PENALTY = 0.3
_SEEN = -6.0
"""Logit that one of the scales must reach at a place: others cannot become a line."""
_AWAY = 4
"""Distance in pixels from a crack's mask from which a place is sound."""
_OF_A_TILE = 60
"""Places taken of each tile."""


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
                right = np.array([_right(one, _near(mask, NEAR)) for one in traced])
                clear = (right >= _TRUE) | (right <= _FALSE)
                found = np.column_stack([describe(traced), context(scored, traced)])
                features.append(found[clear])
                cracks.append(right[clear] >= _TRUE)
                photos.append(np.full(int(clear.sum()), count))
            count += 1
    return Lines(np.concatenate(features), np.concatenate(cracks), np.concatenate(photos))


def places(
    scores: Sequence[Callable[[Photo], Scored]], lots: Iterable[Pictures], seed: int
) -> Floats:
    """(N, 3) of places of synthetic photos: the logits at full and at half the scale, and 1 in a
    crack; `scores` are those that look at each scale alone."""
    rng = np.random.default_rng(seed)
    rows: list[Floats] = []
    for lot in lots:
        for pixels, mask in zip(lot.pixels, lot.mask, strict=True):
            full, half = (score(Photo("", pixels)).lines for score in scores)
            if full is not None and half is not None:
                truth = mask > 0, _near(mask, _AWAY)
                rows += [_sample(full, half, at, truth, rng) for at in full.tiles]
    return np.concatenate(rows)


def fit_blend(places: Floats) -> Blend:
    """Fit the logistic regression on the logits of both scales to `places` (N, 3)."""
    extras.require("sklearn", "train", "combine the scales")
    from sklearn.linear_model import LogisticRegression

    rule = LogisticRegression(max_iter=1000).fit(places[:, :2], places[:, 2])
    full, half = rule.coef_[0].tolist()
    return Blend(full, half, float(rule.intercept_[0]))


def _sample(
    full: LineMap,
    half: LineMap,
    at: tuple[int, int],
    truth: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    rng: np.random.Generator,
) -> Floats:
    """Some places of a tile, like `places`; `truth`: pixels in a crack, and near one."""
    logits = np.stack([found.tiles[at].logits for found in (full, half)], axis=-1)
    y, x = (
        np.clip(((np.arange(count) + first * full.side + 0.5) * size).astype(np.int64), 0, most - 1)
        for count, first, size, most in zip(
            logits.shape, at, reversed(full.scale), truth[0].shape, strict=False
        )
    )
    there, near = (pixels[np.ix_(y, x)] for pixels in truth)
    clear = (logits.max(axis=-1) > _SEEN) & (there | ~near)
    chosen = np.flatnonzero(clear)
    chosen = rng.choice(chosen, min(len(chosen), _OF_A_TILE), replace=False)
    return np.column_stack([logits.reshape(-1, 2)[chosen], there.reshape(-1)[chosen]])


def fit(lines: Lines) -> Scorer:
    """Fit the logistic regression that tells cracks from other lines."""
    extras.require("sklearn", "train", "fit the score of cracks")
    from sklearn.linear_model import LogisticRegression

    mean, spread = lines.numbers.mean(axis=0), lines.numbers.std(axis=0) + 1e-6
    found = Scorer(mean, spread, np.zeros_like(mean), 0.0)
    rule = LogisticRegression(C=_PENALTY, max_iter=1000)
    rule.fit(found.standardised(lines.numbers), lines.cracks)
    return Scorer(mean, spread, rule.coef_[0], float(rule.intercept_[0]))


def _near(mask: NDArray[np.uint8], distance: int) -> NDArray[np.bool_]:
    """Pixels within a chessboard distance from a crack."""
    from scipy.ndimage import maximum_filter

    return np.asarray(maximum_filter(mask, 2 * distance + 1) > 0)


def _right(traced: Traced, near: NDArray[np.bool_]) -> float:
    points = np.concatenate([branch.points[:, :2] for branch in traced.branches])
    x, y = np.floor(points).astype(np.int64).T
    rows, columns = near.shape
    return float(near[np.clip(y, 0, rows - 1), np.clip(x, 0, columns - 1)].mean())
