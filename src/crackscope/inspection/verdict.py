"""From window scores to a verdict."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from crackscope.types import ScoreMap, Verdict

_FEW_WINDOWS = 4
"""Below this many windows side by side a photo is a patch: one is enough to call it cracked."""


def decide(found: ScoreMap, lower: float, upper: float) -> Verdict:
    """The verdict on a photo.

    `crack` where two windows side by side reach `upper` (one, if fewer than four fit in): a crack
    runs on, a chance alarm does not. `unsure` where the highest reaches `lower`.
    """
    above = found.scores >= upper
    rows, columns = above.shape
    few = ceil(rows / found.apart) * ceil(columns / found.apart) < _FEW_WINDOWS
    if above.any() and (few or _side_by_side(above, found.apart)):
        return "crack"
    return "unsure" if found.scores.max() >= min(lower, upper) else "no crack"


def _side_by_side(mask: NDArray[np.bool_], apart: int) -> bool:
    """Whether two True cells lie `apart` rows or columns, or both, from each other."""
    n = apart
    return bool(
        (mask[:, n:] & mask[:, :-n]).any()
        or (mask[n:] & mask[:-n]).any()
        or (mask[n:, n:] & mask[:-n, :-n]).any()
        or (mask[n:, :-n] & mask[:-n, n:]).any()
    )
