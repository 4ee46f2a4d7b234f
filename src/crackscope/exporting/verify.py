"""The parity gate: the same pictures through two forms of a model must give the same scores."""

import numpy as np

from crackscope.errors import ParityError
from crackscope.exporting.contract import Scores
from crackscope.graphs.session import Batch


def difference(expected: Scores, received: Scores) -> float:
    """Largest absolute difference of probabilities."""
    if expected.shape != received.shape:
        raise ParityError(f"{len(expected)} scores expected, {len(received)} received")
    return float(np.max(np.abs(expected - received)))


def gate(expected: Scores, received: Scores, limit: float) -> float:
    """The difference; raises ParityError where it is above `limit` or not a number."""
    largest = difference(expected, received)
    if not largest <= limit:
        raise ParityError(
            f"the exported model is not the same: scores differ by up to {largest:.2e}, "
            f"the limit is {limit:.0e}. Nothing was kept"
        )
    return largest


def probes(window: int, seed: int = 0, count: int = 6) -> Batch:
    """Pictures without data of anybody, (N, window, window, 3): coarse noise, dark lines.

    Coarse, so that the copies that a bundle keeps are small.
    """
    rng = np.random.default_rng(seed)
    coarse = rng.normal(150, 25, (count, -(-window // 4), -(-window // 4), 3))
    base = coarse.repeat(4, axis=1).repeat(4, axis=2)[:, :window, :window]
    for index in range(0, count, 2):
        column = int(rng.integers(window // 4, window // 2))
        base[index, :, column : column + 2 + index] -= 90
    return np.clip(base, 0, 255).astype(np.uint8)
