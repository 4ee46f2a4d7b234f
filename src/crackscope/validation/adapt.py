"""Fit the head to a site, and tell by cross-validation over photos whether that is any better.

The features stay frozen. The new logit is

    slope * old logit + shift + change . standardised features

with a Gaussian prior that holds slope near 1, shift and change near 0: a ridge towards the present
head (MAP-regularised adaptation; Chelba and Acero 2004). How far the change may go, the `reach`, is
the prior's standard deviation of the logit that it adds, and is chosen by cross-validation within
the training photos. Reach 0 leaves the present head, calibrated to the site.

Windows count alike in the fit: the draw depends on the score alone, which the model knows, so
P(crack | features) is the same in the sample as on the site. What is judged by is weighted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras, numerics
from crackscope.evaluation import metrics
from crackscope.types import Interval
from crackscope.validation import estimate
from crackscope.validation.estimate import Sample

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

REACHES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
FOLDS = 5
LEAST_PHOTOS, LEAST_OF_CLASS = 5, 8


@dataclass(frozen=True)
class Head:
    """A logistic unit on features: kernel (F,) and bias."""

    kernel: Floats
    bias: float

    def logits(self, features: Floats) -> Floats:
        """(N, F) -> (N,)."""
        return np.asarray(features @ self.kernel + self.bias, np.float64)


@dataclass(frozen=True)
class Comparison:
    """How much better the adapted head is on windows that it was not fitted to, with intervals.

    Gains of log loss (nats a window) over the present head and over the present head calibrated to
    the same labels, and of AUROC; above 0 is better.
    """

    log_loss: Interval
    log_loss_calibrated: Interval
    auroc: Interval

    @property
    def better(self) -> bool:
        """Whether both gains of log loss are above 0 by their whole intervals.

        Log loss, because every window counts with its probability, which is what verdicts,
        thresholds and `unsure` are made of, and because a proper score cannot be gamed (Gneiting
        and Raftery 2007). Over the calibrated head as well: else a head that only learnt how rare
        cracks are, or that labels are random, would win over a default that is too sure.
        """
        return min(self.log_loss.low, self.log_loss_calibrated.low) > 0.0

    def to_dict(self) -> dict[str, Any]:
        """As in metrics.json."""
        return {
            "log_loss_gain": self.log_loss.to_dict(),
            "log_loss_gain_over_calibrated": self.log_loss_calibrated.to_dict(),
            "auroc_gain": self.auroc.to_dict(),
            "better": self.better,
        }


@dataclass(frozen=True)
class Adapted:
    """The head fitted to all labels, and how it was judged.

    `scores` (n,) are those of windows left out of the fit, `folds` (n,) with which others.
    """

    head: Head
    calibrated: Head
    reach: float
    comparison: Comparison
    scores: Floats
    folds: Rows


def obstacle(sample: Sample) -> str | None:
    """Why nothing can be fitted to these labels, or None."""
    photos = sample.photo_count
    cracked, sound = int(sample.labels.sum()), int((1 - sample.labels).sum())
    if photos >= LEAST_PHOTOS and min(cracked, sound) >= LEAST_OF_CLASS:
        return None
    return (
        f"adapting needs at least {LEAST_OF_CLASS} cracked and {LEAST_OF_CLASS} sound windows of "
        f"{LEAST_PHOTOS} photos. Received: {cracked} cracked and {sound} sound of {photos}"
    )


def adapt(features: Floats, sample: Sample, head: Head, resamples: int, seed: int) -> Adapted:
    """Fit `head` to the labels of `sample`, features (n, F); see `obstacle` for what it takes."""
    threads = extras.require("threadpoolctl", "train", "adapt a model")
    with threads.threadpool_limits(1):  # the matrices are small: threads would wait for each other
        side = folds(sample.photos, sample.labels, seed)
        new, old = np.empty(len(side)), np.empty(len(side))
        for fold in np.unique(side):
            inside = side != fold
            best, calibrated, _ = _fit_best(features[inside], sample.of(inside), head, seed)
            new[~inside] = best.logits(features[~inside])
            old[~inside] = calibrated.logits(features[~inside])
        times = estimate.draw_times(sample.photos, resamples, seed)
        comparison = compare(sample, times, new, head.logits(features), old)
        best, calibrated, reach = _fit_best(features, sample, head, seed)
    return Adapted(best, calibrated, reach, comparison, numerics.logistic(new), side)


def compare(
    sample: Sample, times: Floats, new: Floats, present: Floats, calibrated: Floats
) -> Comparison:
    """Paired over windows, bootstrapped over photos; the three are logits (n,)."""

    def gain(other: Floats) -> Interval:
        difference = _losses(sample.labels, other) - _losses(sample.labels, new)
        return estimate.interval(sample, times, lambda w: w @ difference / w.sum(axis=1))

    def auroc_gain(weights: Floats) -> Floats:
        return _auroc(sample, new)(weights) - _auroc(sample, present)(weights)

    auroc = estimate.interval(sample, times, auroc_gain)
    return Comparison(gain(present), gain(calibrated), auroc)


def fit(features: Floats, labels: Rows, head: Head, reaches: Sequence[float]) -> list[Head]:
    """The head of the largest posterior for each reach; features (n, F), labels (n,) 0 or 1."""
    mean, unit = (
        features.mean(axis=0),
        1 / (numerics.floored(features.std(axis=0)) * np.sqrt(features.shape[1])),
    )
    # The best change lies in the span of the rows: n unknowns instead of F.
    rows, sizes, directions = np.linalg.svd((features - mean) * unit, full_matrices=False)
    old = head.logits(features)
    found = []
    for reach in reaches:
        values = _minimise(rows * sizes * reach, old, labels)
        change = (values[:-2] @ directions) * unit * reach
        shift = values[-2] * head.bias + values[-1] - change @ mean
        found.append(Head(values[-2] * head.kernel + change, float(shift)))
    return found


def _minimise(rows: Floats, old: Floats, labels: Rows) -> Floats:
    """Coefficients of the columns of `rows` (n, K), of the old logit and of the shift: (K + 2,)."""
    optimize = extras.require("scipy.optimize", "train", "adapt a model")
    design = np.concatenate([rows, old[:, None], np.ones((len(labels), 1))], axis=1)
    start = np.zeros(design.shape[1])
    start[-2] = 1.0

    def loss(values: Floats) -> tuple[float, Floats]:
        z, away = design @ values, values - start
        slope = design.T @ (numerics.logistic(z) - labels) + away
        return float(_losses(labels, z).sum() + away @ away / 2), slope

    options = {"maxiter": 500}
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x, np.float64)


def folds(photos: Rows, labels: Rows, seed: int, count: int = FOLDS) -> Rows:
    """(n,) fold of each window: whole photos, dealt out in the order of their cracks."""
    codes = np.unique(photos, return_inverse=True)[1]
    cracks = np.bincount(codes, labels)
    order = np.random.default_rng(seed).permutation(len(cracks))
    order = order[np.argsort(-cracks[order], kind="stable")]
    fold = np.empty(len(cracks), np.int64)
    fold[order] = np.arange(len(cracks)) % count
    side: Rows = fold[codes]
    return side


def _fit_best(features: Floats, sample: Sample, head: Head, seed: int) -> tuple[Head, Head, float]:
    """The head of the best reach, the calibrated one, and that reach."""
    reach = _choose(features, sample, head, seed)
    best, calibrated = fit(features, sample.labels, head, (reach, 0.0))
    return best, calibrated, reach


def _choose(features: Floats, sample: Sample, head: Head, seed: int) -> float:
    """The smallest reach whose log loss over photos left out is that of the best, but for noise.

    The rule of one standard error (Breiman et al. 1984), over photos: few labels tell the best
    reach badly, and too large a one costs more on other photos than too small a one.
    """
    side = folds(sample.photos, sample.labels, seed + 1)
    codes = np.unique(sample.photos, return_inverse=True)[1]
    losses = np.zeros((len(REACHES), codes.max() + 1))
    for fold in np.unique(side):
        left = side == fold
        labels = sample.labels[left]
        for row, fitted in enumerate(fit(features[~left], sample.labels[~left], head, REACHES)):
            lost = _losses(labels, fitted.logits(features[left]))
            losses[row] += np.bincount(codes[left], lost, losses.shape[1])
    worse = losses - losses[losses.sum(axis=1).argmin()]
    error = worse.std(axis=1) * np.sqrt(worse.shape[1])
    return REACHES[int((worse.sum(axis=1) <= error).argmax())]


def _losses(labels: Rows, logits: Floats) -> Floats:
    return np.asarray(np.logaddexp(0.0, logits) - labels * logits, np.float64)


def _auroc(sample: Sample, logits: Floats) -> Callable[[Floats], Floats]:
    drawn = metrics.rank(sample.labels, numerics.logistic(logits), 0.5)
    return lambda weights: metrics.measure(drawn, weights[:, drawn.order])["auroc"]
