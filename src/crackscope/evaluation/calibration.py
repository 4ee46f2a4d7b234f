"""Calibration of scores: temperature scaling, reliability and calibration error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope import extras

BINS = 15
TEMPERATURES = (0.05, 20.0)


@dataclass(frozen=True)
class Reliability:
    """Equal-mass bins, from low to high scores: mean score, fraction of cracks, patch count."""

    mean_score: NDArray[np.float64]
    crack_rate: NDArray[np.float64]
    count: NDArray[np.int64]


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """The temperature T, from 0.05 to 20, for which sigmoid(logit / T) fits the labels best.

    logits: (N,) float; labels: (N,) 0 or 1, both present. Minimises the log loss (Guo et al. 2017)
    against Platt's smoothed targets (n+1)/(n+2) and 1/(n+2) (Platt 1999), so that validation data
    without errors does not push every score to 0 or 1. Raises ValueError if a class is missing.
    """
    optimize = extras.require("scipy.optimize", "evaluate", "calibrate a model")
    x, y = np.asarray(logits, np.float64), np.asarray(labels)
    positives, negatives = int((y == 1).sum()), int((y == 0).sum())
    if not positives or not negatives:
        raise ValueError(
            f"labels must contain both classes. Received: {positives} crack, {negatives} sound"
        )
    targets = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def log_loss(log_temperature: float) -> float:
        z = x / np.exp(log_temperature)
        return float(np.mean(np.logaddexp(0.0, z) - targets * z))

    bounds = tuple(np.log(TEMPERATURES))
    return float(np.exp(optimize.minimize_scalar(log_loss, bounds=bounds, method="bounded").x))


def equal_mass_bins(scores: ArrayLike, bins: int = BINS) -> NDArray[np.int64]:
    """(N,) bin of each score, from 0: equal counts per bin, ties never split.

    Many equal scores give fewer bins.
    """
    values = np.asarray(scores, np.float64)
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique(np.quantile(values, inner, method="inverted_cdf"))
    found = np.searchsorted(edges, values, side="left")
    numbers: NDArray[np.int64] = np.unique(found, return_inverse=True)[1].astype(np.int64)
    return numbers


def reliability(labels: ArrayLike, scores: ArrayLike, bins: int = BINS) -> Reliability:
    """Observed fraction of cracks against mean score, by bin."""
    y, values = np.asarray(labels, np.float64), np.asarray(scores, np.float64)
    index = equal_mass_bins(values, bins)
    count = np.bincount(index)
    return Reliability(
        mean_score=np.bincount(index, values) / count,
        crack_rate=np.bincount(index, y) / count,
        count=count.astype(np.int64),
    )


def calibration_error(labels: ArrayLike, scores: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error over equal-mass (adaptive) bins, 0 to 1.

    The mean over patches of |fraction of cracks - mean score| of their bin (Nixon et al. 2019).
    """
    found = reliability(labels, scores, bins)
    gaps = np.abs(found.crack_rate - found.mean_score)
    return float(np.average(gaps, weights=found.count))
