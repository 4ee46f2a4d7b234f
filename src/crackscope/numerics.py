"""Formulas shared by several packages, so that all compute the same digits."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = TypeVar("Floats", NDArray[np.float32], NDArray[np.float64])
_LARGEST = 88.0
"""Above this, exp overflows in float32."""
_LEAST_SPREAD = 0.3
"""Floor of a standard deviation, as a fraction of the root mean square over all features."""


def logistic(logits: Floats) -> Floats:
    """Logits to probabilities, any shape, same dtype; does not overflow."""
    return np.asarray(1 / (1 + np.exp(np.minimum(-logits, _LARGEST))), logits.dtype)


def log_odds(probabilities: NDArray[np.float64], away: float) -> NDArray[np.float64]:
    """Probabilities to logits, any shape; clipped to `away` from 0 and 1."""
    p = np.clip(np.asarray(probabilities, np.float64), away, 1 - away)
    return np.asarray(np.log(p / (1 - p)))


def floored(spread: Floats) -> Floats:
    """Standard deviations of features (F,), with a lower bound for those that hardly vary.

    Dividing by nearly zero would give them huge weights, which amplify rounding differences between
    runtimes.
    """
    least = _LEAST_SPREAD * np.sqrt(np.mean(spread**2)) + 1e-6
    return np.asarray(np.maximum(spread, least), spread.dtype)
