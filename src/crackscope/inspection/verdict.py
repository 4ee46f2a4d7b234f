"""From window scores to a verdict."""

import numpy as np
from numpy.typing import NDArray

from crackscope.types import Verdict

_FEW_WINDOWS = 4
"""Below this many windows a photo is a patch: one window is enough to call it cracked."""


def decide(scores: NDArray[np.float64], lower: float, upper: float) -> Verdict:
    """The verdict on a photo whose windows scored `scores`, (rows, columns), 0 to 1.

    `crack` where two neighbouring windows reach `upper` (one, if there are fewer than four):
    a crack runs on, a chance alarm does not. `unsure` where the highest reaches `lower`.
    """
    above = scores >= upper
    if above.any() and (scores.size < _FEW_WINDOWS or _has_neighbours(above)):
        return "crack"
    return "unsure" if scores.max() >= min(lower, upper) else "no crack"


def _has_neighbours(mask: NDArray[np.bool_]) -> bool:
    """Whether two True cells touch, corners included."""
    return bool(
        (mask[:, 1:] & mask[:, :-1]).any()
        or (mask[1:] & mask[:-1]).any()
        or (mask[1:, 1:] & mask[:-1, :-1]).any()
        or (mask[1:, :-1] & mask[:-1, 1:]).any()
    )
