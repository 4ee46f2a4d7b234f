"""Correct the ends of branches, where thinning distorts wide lines."""

from dataclasses import dataclass

import numpy as np

from crackscope.lines.graph import Floats, Whole, along, numbered


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
