"""How a width depends on what a photo shares, and the smallest widths it can show and measure."""

import math
from dataclasses import dataclass

import numpy as np

from crackscope.measurement.along import believed
from crackscope.measurement.seen import Floats
from crackscope.measurement.shared import Shared

EDGE_PX = 0.1
"""Standard uncertainty of where the edge of a crack is: it is no line, and blur no Gaussian."""
_SHOWN = 4.0
"""By how many errors of a grey value the darkest sample of a crack has to stand out."""
_WIDTHS = np.concatenate([np.arange(0.2, 4, 0.2), np.arange(4, 13.1, 1.0)])


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What a width (W,) that was fitted with the likeliest idea of a photo is worth: the width to
    be expected over all ideas, and its standard uncertainty. All in pixels."""

    fitted: Floats
    expected: Floats
    u: Floats

    def corrected(self, width_px: Floats) -> Floats:
        """The widths to be expected; those wider than 13 px do not depend on what is shared."""
        beyond = width_px - self.fitted[-1]
        found = np.interp(width_px, self.fitted, self.expected)
        return np.asarray(np.where(beyond > 0, found + beyond, found))

    def uncertainty(self, width_px: Floats) -> Floats:
        """The standard uncertainty of corrected widths, shared by all that are alike."""
        return np.asarray(np.hypot(np.interp(width_px, self.expected, self.u), EDGE_PX))


def belief(known: Shared) -> Belief:
    """How widths depend on what is shared: what the likeliest idea draws is fitted with others."""
    found = believed(known.best, known.ideas, _WIDTHS)
    odds = np.array(known.odds)[:, None]
    mean = (odds * found).sum(axis=0)
    spread = np.sqrt((odds * np.square(found - mean)).sum(axis=0))
    return Belief(_WIDTHS, np.maximum.accumulate(mean), spread)


def smallest_shown_px(known: Shared, noise: float) -> float:
    """The width of a crack whose darkest sample stands out from the noise."""
    best = known.best
    return _SHOWN * noise * best.blur_px * math.sqrt(2 * math.pi) / (1 - best.depth)


def smallest_measured_px(known: Belief) -> float:
    """The least width from 1 px on whose 95 % interval is no more than half of it to each side."""
    enough = (known.expected >= 1) & (1.96 * np.hypot(known.u, EDGE_PX) <= known.expected / 2)
    return float(max(1.0, known.expected[enough.argmax()] if enough.any() else known.expected[-1]))
