"""Adapt the head to a site, and test by cross-validation over photos whether it is better.

The features stay frozen. The new logit is

    slope * old logit + shift + change . standardised features

with a Gaussian prior that keeps slope near 1, shift and change near 0: a ridge penalty towards the
current head (MAP-regularised adaptation; Chelba and Acero 2004). `prior_std` is the prior's
standard deviation of the logit that the change adds, chosen by cross-validation within the training
photos. A value of 0 keeps the current head, calibrated to the site.

The fit is unweighted: sampling depends only on the score, which the model knows, so
P(crack | features) is the same in the sample as on the site. The evaluation is weighted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras, numerics
from crackscope.evaluation import metrics
from crackscope.types.evaluation import Interval
from crackscope.validation import estimate
from crackscope.validation.estimate import Sample

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

PRIOR_STDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
FOLDS = 5
LEAST_PHOTOS, LEAST_OF_CLASS = 5, 8


@dataclass(frozen=True)
class Head:
    """A logistic unit on features, kernel (F,) and bias."""

    kernel: Floats
    bias: float

    def logits(self, features: Floats) -> Floats:
        """(N, F) -> (N,)."""
        return np.asarray(features @ self.kernel + self.bias, np.float64)


@dataclass(frozen=True)
class Comparison:
    """Gains of the adapted head on held-out windows, with intervals; above 0 is better.

    Gains in log loss (nats per window) over the current head, and over the current head calibrated
    to the same labels, and in AUROC.
    """

    log_loss: Interval
    log_loss_calibrated: Interval
    auroc: Interval

    @property
    def better(self) -> bool:
        """Whether the intervals of both gains in log loss lie above 0.

        Log loss is used because it evaluates the probabilities from which verdicts, thresholds and
        `unsure` follow, and because it is a proper score (Gneiting and Raftery 2007). The gain over
        the calibrated head is required too: otherwise a head that only learnt the prevalence, or
        that labels are random, would beat an overconfident default.
        """
        return min(self.log_loss.low, self.log_loss_calibrated.low) > 0.0

    def to_dict(self) -> dict[str, Any]:
        """The entry in metrics.json."""
        return {
            "log_loss_gain": self.log_loss.to_dict(),
            "log_loss_gain_over_calibrated": self.log_loss_calibrated.to_dict(),
            "auroc_gain": self.auroc.to_dict(),
            "better": self.better,
        }


@dataclass(frozen=True)
class Adapted:
    """The head fitted to all labels, and its evaluation.

    `scores` (n,) are held-out scores of the windows, `folds` (n,) the folds that they were in.
    """

    head: Head
    calibrated: Head
    prior_std: float
    comparison: Comparison
    scores: Floats
    folds: Rows


def obstacle(sample: Sample) -> str | None:
    """The reason why these labels are too few for a fit, or None."""
    photos = sample.photo_count
    cracked, sound = int(sample.labels.sum()), int((1 - sample.labels).sum())
    if photos >= LEAST_PHOTOS and min(cracked, sound) >= LEAST_OF_CLASS:
        return None
    return (
        f"adapting needs at least {LEAST_OF_CLASS} cracked and {LEAST_OF_CLASS} sound windows from "
        f"{LEAST_PHOTOS} photos. Received: {cracked} cracked and {sound} sound from {photos}"
    )


def adapt(features: Floats, sample: Sample, head: Head, resamples: int, seed: int) -> Adapted:
    """Fit `head` to the labels of `sample`, features (n, F); see `obstacle` for requirements."""
    threads = extras.require("threadpoolctl", "train", "adapt a model")
    with threads.threadpool_limits(1):  # the matrices are too small for several threads
        fold_of = folds(sample.photos, sample.labels, seed)
        new, old = np.empty(len(fold_of)), np.empty(len(fold_of))
        for fold in np.unique(fold_of):
            inside = fold_of != fold
            best, calibrated, _ = _fit_best(features[inside], sample.of(inside), head, seed)
            new[~inside] = best.logits(features[~inside])
            old[~inside] = calibrated.logits(features[~inside])
        times = estimate.resample_photos(sample.photos, resamples, seed)
        comparison = compare(sample, times, new, head.logits(features), old)
        best, calibrated, prior_std = _fit_best(features, sample, head, seed)
    return Adapted(best, calibrated, prior_std, comparison, numerics.logistic(new), fold_of)


def compare(
    sample: Sample, times: Floats, new: Floats, current: Floats, calibrated: Floats
) -> Comparison:
    """Paired comparison over windows, bootstrapped over photos, of three sets of logits (n,)."""

    def gain(other: Floats) -> Interval:
        difference = _losses(sample.labels, other) - _losses(sample.labels, new)
        return estimate.interval(sample, times, lambda w: w @ difference / w.sum(axis=1))

    def auroc_gain(weights: Floats) -> Floats:
        return _auroc(sample, new)(weights) - _auroc(sample, current)(weights)

    auroc = estimate.interval(sample, times, auroc_gain)
    return Comparison(gain(current), gain(calibrated), auroc)


def fit(features: Floats, labels: Rows, head: Head, prior_stds: Sequence[float]) -> list[Head]:
    """The MAP head for each prior_std; features (n, F), labels (n,) 0 or 1."""
    mean, unit = (
        features.mean(axis=0),
        1 / (numerics.floored(features.std(axis=0)) * np.sqrt(features.shape[1])),
    )
    # The best change lies in the span of the rows: n unknowns instead of F.
    rows, sizes, directions = np.linalg.svd((features - mean) * unit, full_matrices=False)
    old = head.logits(features)
    found = []
    for prior_std in prior_stds:
        values = _minimise(rows * sizes * prior_std, old, labels)
        change = (values[:-2] @ directions) * unit * prior_std
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
    """(n,) fold of each window: whole photos, assigned in turn by falling number of cracks."""
    codes = np.unique(photos, return_inverse=True)[1]
    cracks = np.bincount(codes, labels)
    order = np.random.default_rng(seed).permutation(len(cracks))
    order = order[np.argsort(-cracks[order], kind="stable")]
    fold = np.empty(len(cracks), np.int64)
    fold[order] = np.arange(len(cracks)) % count
    fold_of: Rows = fold[codes]
    return fold_of


def _fit_best(features: Floats, sample: Sample, head: Head, seed: int) -> tuple[Head, Head, float]:
    """The head with the best prior_std, the calibrated head, and that prior_std."""
    prior_std = _choose(features, sample, head, seed)
    best, calibrated = fit(features, sample.labels, head, (prior_std, 0.0))
    return best, calibrated, prior_std


def _choose(features: Floats, sample: Sample, head: Head, seed: int) -> float:
    """The smallest prior_std with a held-out log loss within one standard error of the best.

    One-standard-error rule (Breiman et al. 1984), over photos: few labels determine the best value
    poorly, and a value that is too large costs more on other photos than one that is too small.
    """
    fold_of = folds(sample.photos, sample.labels, seed + 1)
    codes = np.unique(sample.photos, return_inverse=True)[1]
    losses = np.zeros((len(PRIOR_STDS), codes.max() + 1))
    for fold in np.unique(fold_of):
        left = fold_of == fold
        labels = sample.labels[left]
        for row, fitted in enumerate(fit(features[~left], sample.labels[~left], head, PRIOR_STDS)):
            lost = _losses(labels, fitted.logits(features[left]))
            losses[row] += np.bincount(codes[left], lost, losses.shape[1])
    worse = losses - losses[losses.sum(axis=1).argmin()]
    error = worse.std(axis=1) * np.sqrt(worse.shape[1])
    return PRIOR_STDS[int((worse.sum(axis=1) <= error).argmax())]


def _losses(labels: Rows, logits: Floats) -> Floats:
    return np.asarray(np.logaddexp(0.0, logits) - labels * logits, np.float64)


def _auroc(sample: Sample, logits: Floats) -> Callable[[Floats], Floats]:
    ranking = metrics.rank(sample.labels, numerics.logistic(logits), 0.5)
    return lambda weights: metrics.measure(ranking, weights[:, ranking.order])["auroc"]
