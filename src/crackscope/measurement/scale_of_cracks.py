"""The scale of a photo as its cracks need it: at each place of their lines, with one interval."""

import math
from collections.abc import Sequence

import numpy as np

from crackscope.measurement import lengths
from crackscope.measurement.crack import END_PX, WINDING
from crackscope.measurement.lengths import Length
from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.scale.scale import Scale
from crackscope.measurement.seen import Floats
from crackscope.measurement.summary import COVERAGE

_PLACES = 32
"""At how many places of a crack the uncertainty of a plane is looked at."""
_LARGEST = 0.99
"""The largest fraction that an interval may be of its value: a scale that unsure says nothing."""


def scale_along(lines: Sequence[Floats], scale: Scale) -> LocalScale:
    """The scale along one crack, whose lines are (N, 3) points of x, y and width in pixels.

    In a plane mm per px follow place and direction. Their interval is one for the whole crack: the
    larger one of its length's and of that across it. Raises UsageError for a crack that reaches
    beyond the plane's horizon.
    """
    plane = scale.plane
    whole = length_of(lines, scale)
    if plane is None or not whole.mm:
        return LocalScale(scale.mm_per_px, min(scale.relative_u95, _LARGEST))
    points, tangents = _places(lines)
    across = lengths.across(points, tangents, scale)
    relative = max(whole.u95 / whole.mm, float(np.median(across.u95 / across.mm_per_px)))

    def local(at: Floats, direction: Floats) -> Floats:
        if not len(at):  # nothing of the crack could be measured
            return np.empty(0)
        moved = np.einsum("nij,nj->ni", plane.jacobian(at), direction)
        return np.asarray(np.linalg.norm(moved, axis=1), np.float64)

    return LocalScale(local, min(relative, _LARGEST))


def length_of(lines: Sequence[Floats], scale: Scale) -> Length:
    """The length of all lines together; the interval is that of the scale."""
    found = [lengths.length(line[:, :2], scale) for line in lines]
    return Length(sum(each.mm for each in found), sum(each.u95 for each in found))


def traced_length(lines: Sequence[Floats], scale: Scale) -> Length:
    """The same with the part of the lines' own points: where they end, and how they tremble."""
    whole = length_of(lines, scale)
    end = END_PX * scale.mm_per_px * math.sqrt(2 * len(lines))
    own = COVERAGE * math.hypot(end, WINDING * whole.mm)
    return Length(whole.mm, math.hypot(min(whole.u95, _LARGEST * whole.mm), own))


def _places(lines: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Some middles of steps, evenly over the points, and the directions of these steps."""
    middles = np.concatenate([(line[1:, :2] + line[:-1, :2]) / 2 for line in lines])
    steps = np.concatenate([np.diff(line[:, :2], axis=0) for line in lines])
    moving = np.flatnonzero(np.abs(steps).max(axis=1) > 0)
    chosen = moving[np.linspace(0, len(moving) - 1, min(len(moving), _PLACES)).astype(int)]
    return middles[chosen], steps[chosen]
