"""Choose thresholds from validation scores; a score equal to a threshold reaches it.

labels: (N,) 0 or 1; scores: (N,) calibrated probabilities.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

UPPER, MOST_UPPER = 0.5, 0.9
LEAST_LOWER = 0.05
RECALL_TARGET = 0.98
FALSE_ALARM_TARGET = 0.01
# A product such as 0.95 * 20 may come out above 19 by a rounding error.
_ROUNDING = 1e-9


def choose(
    labels: ArrayLike,
    scores: ArrayLike,
    recall_target: float = RECALL_TARGET,
    false_alarm_target: float = FALSE_ALARM_TARGET,
) -> tuple[float, float]:
    """(lower, upper): `crack` from upper on, `unsure` from lower up to upper.

    upper is the smallest threshold with a false-alarm rate of at most `false_alarm_target` on the
    validation data, limited to 0.5 (more likely cracked than not, as scores are calibrated) to 0.9;
    it is 0.5 with too few patches to measure such a rate. lower is the largest threshold with a
    validation recall of `recall_target`, limited to 0.05 (below, everything would be unsure) to
    upper / 2 (above, validation data that is easier than the site would leave nothing unsure).
    """
    sound = int((np.asarray(labels) == 0).sum())
    upper = UPPER
    if sound * false_alarm_target >= 1.0:
        wanted = at_false_alarm_rate(labels, scores, false_alarm_target)
        upper = min(max(wanted, UPPER), MOST_UPPER)
    lower = at_recall(labels, scores, recall_target)
    return min(max(lower, LEAST_LOWER), upper / 2), upper


def at_recall(labels: ArrayLike, scores: ArrayLike, target: float) -> float:
    """The largest threshold with a recall of at least `target` (above 0, at most 1)."""
    cracks = np.sort(_of_class(labels, scores, 1))
    missed = len(cracks) - math.ceil(target * len(cracks) - _ROUNDING)
    return float(cracks[min(missed, len(cracks) - 1)])


def at_false_alarm_rate(labels: ArrayLike, scores: ArrayLike, rate: float) -> float:
    """The smallest threshold with a false-alarm rate of at most `rate` (0 to 1).

    Above the highest score if even a single false alarm would be too many.
    """
    sound = np.sort(_of_class(labels, scores, 0))[::-1]
    allowed = math.floor(rate * len(sound) + _ROUNDING)
    return 0.0 if allowed >= len(sound) else float(np.nextafter(sound[allowed], np.inf))


def _of_class(labels: ArrayLike, scores: ArrayLike, label: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.asarray(scores, np.float64)[np.asarray(labels) == label]
    if not len(found):
        raise ValueError(f"labels must contain patches of class {label}. Received: none")
    return found
