"""Dependence of widths on the optics of a photo, and its smallest visible and measurable widths."""

import math
from dataclasses import dataclass

import numpy as np

from crackscope.measurement.along import believed
from crackscope.measurement.seen import Floats
from crackscope.measurement.shared import Shared

EDGE_PX = 0.1
"""Standard uncertainty of an edge: edges are not straight, and blur is not exactly Gaussian."""
_SHOWN = 4.0
"""Minimum contrast of the darkest sample of a visible crack, in standard errors of a grey value."""
_WIDTHS = np.concatenate([np.arange(0.2, 4, 0.2), np.arange(4, 13.1, 1.0)])


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """Expected width and standard uncertainty over all hypotheses, by fitted width (W,).

    The fitted width is that of the most likely hypothesis. All values are in pixels.
    """

    fitted: Floats
    expected: Floats
    u: Floats

    def corrected(self, width_px: Floats) -> Floats:
        """The expected widths; those above 13 px do not depend on the optics."""
        beyond = width_px - self.fitted[-1]
        found = np.interp(width_px, self.fitted, self.expected)
        return np.asarray(np.where(beyond > 0, found + beyond, found))

    def uncertainty(self, width_px: Floats) -> Floats:
        """The standard uncertainty of corrected widths, common to equal widths."""
        return np.asarray(np.hypot(np.interp(width_px, self.expected, self.u), EDGE_PX))


def belief(known: Shared) -> Belief:
    """Dependence of widths on the optics: profiles of the best hypothesis, fitted with others."""
    found = believed(known.best, known.ideas, _WIDTHS)
    odds = np.array(known.odds)[:, None]
    mean = (odds * found).sum(axis=0)
    spread = np.sqrt((odds * np.square(found - mean)).sum(axis=0))
    return Belief(_WIDTHS, np.maximum.accumulate(mean), spread)


def smallest_shown_px(known: Shared, noise: float) -> float:
    """The smallest width of a crack whose darkest sample stands out from the noise."""
    best = known.best
    return _SHOWN * noise * best.blur_px * math.sqrt(2 * math.pi) / (1 - best.depth)


def smallest_measured_px(known: Belief) -> float:
    """The smallest width, at least 1 px, whose 95 % interval is at most ± half of it."""
    enough = (known.expected >= 1) & (1.96 * np.hypot(known.u, EDGE_PX) <= known.expected / 2)
    return float(max(1.0, known.expected[enough.argmax()] if enough.any() else known.expected[-1]))
