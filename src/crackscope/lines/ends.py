"""Extend the free ends of lines to where the evidence ends, or to the photo's border."""

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.anchors import Anchors, anchors, straightened, widths_inside
from crackscope.lines.fields import Fields
from crackscope.lines.graph import Floats, Whole
from crackscope.lines.profiles import classes

_STEP = 0.5
_TO_BORDER = 1.5
"""Gap in places between an end and the border that is always closed."""


def extended(points: Floats, starts: Whole, open_ends: NDArray[np.bool_], fields: Fields) -> Floats:
    """Move the free ends outwards, since thinning pulls them in by half of a line's width.

    `points` (P, 3) x, y and the width of the ridge, spaced by one place; `open_ends` (B, 2) which
    ends are free. The evidence ends where the probability of a crack falls below one half. Over
    the last half-width thinning bends towards a corner of the ridge: that piece is straightened
    first.
    """
    branch, side = np.nonzero(open_ends)
    width = widths_inside(points, starts, branch, side)
    ends = _anchors(points, starts, branch, side, width, fields)
    ahead = _ahead(points[ends.anchor, :2], ends.towards, width, fields)
    own = np.hypot(*(points[ends.last] - points[ends.anchor])[:, :2].T)
    border = _to_border(points[ends.anchor, :2], ends.towards, fields)
    goals = ends.towards * np.minimum(np.maximum(ahead, own), border)[:, None]
    goals += points[ends.anchor, :2]
    return straightened(points, starts, ends, goals)


def _anchors(
    points: Floats, starts: Whole, branch: Whole, side: Whole, width: Floats, fields: Fields
) -> Anchors:
    """Anchors half a width inside the end; further at a border that cuts the line obliquely."""
    place_px = fields.found.pixels_a_place
    last = points[np.where(side == 0, starts[branch], starts[branch + 1] - 1), :2]
    size = np.array([fields.found.width, fields.found.height], np.float64)
    border = np.minimum(last, size - last)
    first = anchors(points, starts, branch, side, width, place_px)
    right = np.arange(len(last)), border.argmin(axis=1)
    sine = np.maximum(np.abs(first.towards[right]), 0.3)
    oblique = width / 2 * (1 + 1.5 * np.sqrt(1 - np.minimum(sine, 1) ** 2) / sine)
    free = np.where(width >= 4 * place_px, width / 2, 0.0)
    cut = np.where(border.min(axis=1) <= width / 2 + 2 * place_px, oblique, free)
    return anchors(points, starts, branch, side, cut, place_px)


def _ahead(places: Floats, towards: Floats, width: Floats, fields: Fields) -> Floats:
    """(E,) pixels from each place to where the evidence ends in its direction.

    At most three widths and some places; snapped to the border if that is about as near.
    """
    step = _STEP * fields.found.pixels_a_place
    border = _to_border(places, towards, fields)
    most = np.minimum(3 * width + 6 * step, border)
    reached = np.zeros(len(places))
    for members, offsets in classes(most / step):
        steps = offsets[offsets > 0] * step
        spot = places[members, None] + towards[members, None] * steps[:, None]
        x, y = spot.astype(np.float32).transpose(2, 0, 1)
        good = (fields.logit(x, y) >= 0) & (steps <= most[members, None])
        reached[members] = np.logical_and.accumulate(good, axis=1).sum(axis=1) * step
    return np.where(border <= reached + _TO_BORDER * fields.found.pixels_a_place, border, reached)


def _to_border(places: Floats, towards: Floats, fields: Fields) -> Floats:
    """(E,) pixels from each place to the photo's border in its direction."""
    size = np.array([fields.found.width, fields.found.height], np.float64)
    room = np.where(towards > 0, size - places, places)
    speed = np.maximum(np.abs(towards), 1e-9)
    return np.asarray(np.maximum((room / speed).min(axis=1), 0.0))
