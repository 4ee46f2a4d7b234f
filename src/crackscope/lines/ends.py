"""Free ends of lines carried on to where the evidence ends, or to the photo's border."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.fields import Fields
from crackscope.lines.graph import Floats, Whole, along

_STEP = 0.5
_MOST_STEPS = 64
_TO_BORDER = 1.5
"""Places between an end and the border that a crack is taken to run through."""


@dataclass(frozen=True, slots=True)
class _Free:
    """Free ends: the branch, which of its ends, the last point, and one a half-width inside."""

    branch: Whole
    side: Whole
    last: Whole
    anchor: Whole
    towards: Floats


def extended(
    points: Floats, starts: Whole, open_ends: NDArray[np.bool_], fields: Fields
) -> Floats:
    """Move the free ends outwards, since thinning pulls them in by half of a line's width.

    `points` (P, 3) x, y and the width of the ridge; `open_ends` (B, 2) which ends are free. The
    evidence ends where the probability of a crack falls below one half. Over the last half-width
    thinning turns to a corner of the end: that piece is made straight first.
    """
    ends = _free_ends(points, starts, open_ends, fields.found.pixels_a_place)
    moved = _straightened(points, starts, ends)
    ahead = _ahead(moved[ends.last], ends.towards, fields)
    moved[ends.last, :2] += ends.towards * ahead[:, None]
    return moved


def _free_ends(
    points: Floats, starts: Whole, open_ends: NDArray[np.bool_], place_px: float
) -> _Free:
    branch, side = np.nonzero(open_ends)
    last = np.where(side == 0, starts[branch], starts[branch + 1] - 1)
    inwards = np.where(side == 0, 1, -1)
    most = np.diff(starts)[branch] - 1
    half = np.rint(points[last + inwards * np.minimum(8, most), 2] / (2 * place_px))
    cut = np.minimum(np.where(half >= 2, half, 0).astype(np.int64), most // 4)
    span = np.clip(2 * half, 4, 12).astype(np.int64)
    anchor = last + inwards * cut
    leg = points[anchor, :2] - points[last + inwards * np.minimum(cut + span, most), :2]
    towards = leg / np.maximum(np.hypot(*leg.T), 1e-9)[:, None]
    return _Free(branch, side, last, anchor, towards)


def _straightened(points: Floats, starts: Whole, ends: _Free) -> Floats:
    """The points between the anchor and the end laid on a straight line, as far apart as before."""
    place = along(points, starts)
    size = np.abs(ends.last - ends.anchor)
    which = np.repeat(np.arange(len(size)), size)
    step = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + 1
    at = ends.anchor[which] + np.where(ends.side == 0, -1, 1)[which] * step
    distance = np.abs(place[at] - place[ends.anchor[which]])
    moved = points.copy()
    origin = points[ends.anchor[which]]
    moved[at, :2] = origin[:, :2] + ends.towards[which] * distance[:, None]
    moved[at, 2] = origin[:, 2]
    return moved


def _ahead(places: Floats, towards: Floats, fields: Fields) -> Floats:
    """(E,) pixels by which each end is carried on."""
    place_px = fields.found.pixels_a_place
    most = places[:, 2] + 3 * place_px
    count = int(min(np.ceil(most.max(initial=0.0) / (_STEP * place_px)), _MOST_STEPS))
    steps = np.arange(1, count + 1) * (_STEP * place_px)
    x, y = (
        (places[:, axis, None] + towards[:, axis, None] * steps).astype(np.float32)
        for axis in range(2)
    )
    border = _to_border(places, towards, fields.found.width, fields.found.height)
    good = (fields.logit(x, y) >= 0) & (steps <= np.minimum(most, border)[:, None])
    reached = np.logical_and.accumulate(good, axis=1).sum(axis=1) * (_STEP * place_px)
    return np.where(border <= reached + _TO_BORDER * place_px, border, reached)


def _to_border(places: Floats, towards: Floats, width: int, height: int) -> Floats:
    """(E,) pixels from each place to the photo's border in its direction."""
    size = np.array([width, height], np.float64)
    room = np.where(towards > 0, size - places[:, :2], places[:, :2])
    speed = np.maximum(np.abs(towards), 1e-9)
    return np.maximum((room / speed).min(axis=1), 0.0)
