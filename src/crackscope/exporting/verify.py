"""The parity gate: two forms of a model must give the same scores for the same images."""

import numpy as np

from crackscope.errors import ParityError
from crackscope.exporting.contract import Scores
from crackscope.graphs.session import Batch


def difference(expected: Scores, received: Scores) -> float:
    """Largest absolute difference of probabilities."""
    if expected.shape != received.shape:
        raise ParityError(
            f"the exported model must return {len(expected)} scores. Received: {len(received)}"
        )
    return float(np.max(np.abs(expected - received)))


def gate(expected: Scores, received: Scores, limit: float) -> float:
    """The largest difference; raises ParityError if it is above `limit` or NaN."""
    largest = difference(expected, received)
    if not largest <= limit:
        raise ParityError(
            f"the exported model differs from the original: scores differ by up to {largest:.2e}, "
            f"above the limit of {limit:.0e}. Nothing was saved"
        )
    return largest


def probes(window: int, seed: int = 0, count: int = 6) -> Batch:
    """Generated test windows, free of third-party data, (N, window, window, 3): coarse noise,
    dark lines.

    The noise is coarse, so that the copies in a bundle compress well.
    """
    rng = np.random.default_rng(seed)
    coarse = rng.normal(150, 25, (count, -(-window // 4), -(-window // 4), 3))
    base = coarse.repeat(4, axis=1).repeat(4, axis=2)[:, :window, :window]
    for index in range(0, count, 2):
        column = int(rng.integers(window // 4, window // 2))
        base[index, :, column : column + 2 + index] -= 90
    return np.clip(base, 0, 255).astype(np.uint8)
