"""Correct the ends of branches, which thinning distorts in wide lines.

Free ends are extended to where the evidence ends, or to the photo's border; junctions are moved to
where their branches point.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.fields import Fields
from crackscope.lines.graph import Floats, Whole, along, numbered
from crackscope.lines.strands import classes

_PULL = 0.05
"""Weight of the junction's position after thinning, relative to the direction of one branch."""
_STEP = 0.5
_TO_BORDER = 1.5
"""Gap in places between an end and the border that is always closed."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """Ends of branches, and the last reliable point before each.

    All (E,): `branch` and `side` (0 start, 1 end) identify the end, `last` is the index of its
    point, `anchor` that of the last reliable point; `towards` (E, 2) is the outward direction
    there.
    """

    branch: Whole
    side: Whole
    last: Whole
    anchor: Whole
    towards: Floats


def anchors(
    points: Floats, starts: Whole, branch: Whole, side: Whole, cut: Floats, step: float
) -> Anchors:
    """Anchors `cut` (E,) pixels inside the ends, at most a third of the branch.

    `points` have a spacing of about `step` pixels. Directions are measured over twice the cut,
    from 5 to 16 points.
    """
    last = np.where(side == 0, starts[branch], starts[branch + 1] - 1)
    inwards = np.where(side == 0, 1, -1)
    most = np.diff(starts)[branch] - 1
    points_cut = np.minimum(np.rint(cut / step).astype(np.int64), most // 3)
    span = np.minimum(np.clip(2 * points_cut, 5, 16), most - points_cut)
    anchor = last + inwards * points_cut
    leg = points[anchor, :2] - points[anchor + inwards * span, :2]
    towards = leg / np.maximum(np.hypot(*leg.T), 1e-9)[:, None]
    return Anchors(branch, side, last, anchor, towards)


def widths_inside(points: Floats, starts: Whole, branch: Whole, side: Whole) -> Floats:
    """(E,) median of the third column over the first dozen points inside each end."""
    last = np.where(side == 0, starts[branch], starts[branch + 1] - 1)
    most = np.diff(starts)[branch] - 1
    step = np.minimum(np.arange(2, 13), most[:, None]) * np.where(side == 0, 1, -1)[:, None]
    return np.asarray(np.median(points[last[:, None] + step, 2], axis=1))


def straightened(points: Floats, starts: Whole, ends: Anchors, goals: Floats) -> Floats:
    """Move the points between anchors and ends onto straight lines from the anchors to `goals`."""
    place = along(points, starts)
    size = np.abs(ends.last - ends.anchor)
    which, step = numbered(size)
    at = ends.anchor[which] + np.where(ends.side == 0, -1, 1)[which] * (step + 1)
    origin = points[ends.anchor]
    whole = np.maximum(np.abs(place[ends.last] - place[ends.anchor]), 1e-9)
    part = np.abs(place[at] - place[ends.anchor[which]]) / whole[which]
    moved = points.copy()
    moved[at, :2] = origin[which, :2] + part[:, None] * (goals - origin[:, :2])[which]
    moved[at, 2] = origin[which, 2]
    moved[ends.last, :2] = goals
    return moved


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


def recentred(points: Floats, starts: Whole, ends: Whole, degrees: Whole, fields: Fields) -> Floats:
    """Move junctions of wide lines to the point nearest to the lines of their branches.

    In the middle of a junction the ridge is wider than any of its branches, and thinning bends
    them, over a length given by the widest branch. `points` (P, 3) x, y and the width of the
    ridge, spaced by one place; `degrees` (B, 2) of the nodes in `ends`.
    """
    place_px = fields.found.pixels_a_place
    branch, side = np.nonzero(degrees >= 3)
    node = ends[branch, side]
    width = np.zeros(int(ends.max(initial=-1)) + 1)
    np.maximum.at(width, node, widths_inside(points, starts, branch, side))
    wide = width[node] >= 4 * place_px
    branch, side, node = branch[wide], side[wide], node[wide]
    if not len(node):
        return points
    found = anchors(points, starts, branch, side, width[node], place_px)
    own = points[found.last, :2]
    goal = own + _nearest(points[found.anchor, :2] - own, found.towards, node)
    off = goal - own
    most = np.maximum(np.hypot(*off.T) / width[node], 1.0)
    return straightened(points, starts, found, own + off / most[:, None])


def _nearest(anchor: Floats, towards: Floats, node: Whole) -> Floats:
    """(E, 2) least squares: the point nearest to all lines of a node, relative to the node."""
    number = np.unique(node, return_inverse=True)[1]
    count = int(number.max()) + 1
    across = np.eye(2) - towards[:, :, None] * towards[:, None, :]
    left = np.zeros((count, 2, 2))
    right = np.zeros((count, 2))
    np.add.at(left, number, across)
    np.add.at(right, number, (across @ anchor[:, :, None])[:, :, 0])
    solved = np.linalg.solve(left + _PULL * np.eye(2), right[:, :, None])[:, :, 0]
    return np.asarray(solved[number])


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
