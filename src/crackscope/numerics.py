"""Formulas that several rooms need, each with the same digits everywhere."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = TypeVar("Floats", NDArray[np.float32], NDArray[np.float64])
_LARGEST = 88.0
"""exp of more is infinite in float32."""
_LEAST_SPREAD = 0.3
"""As a fraction of the usual one: less would magnify mere noise."""


def logistic(logits: Floats) -> Floats:
    """Probabilities of logits, of any shape, in the precision of these; without overflow."""
    return np.asarray(1 / (1 + np.exp(np.minimum(-logits, _LARGEST))), logits.dtype)


def log_odds(probabilities: NDArray[np.float64], away: float) -> NDArray[np.float64]:
    """Logits of probabilities, of any shape, which are kept `away` from 0 and 1."""
    p = np.clip(np.asarray(probabilities, np.float64), away, 1 - away)
    return np.asarray(np.log(p / (1 - p)))


def floored(spread: Floats) -> Floats:
    """Standard deviations of features (F,), those that hardly vary lifted to a floor.

    Divided by next to nothing they would get huge weights, which magnify the last digits in which
    two runtimes differ.
    """
    least = _LEAST_SPREAD * np.sqrt(np.mean(spread**2)) + 1e-6
    return np.asarray(np.maximum(spread, least), spread.dtype)
