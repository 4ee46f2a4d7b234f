"""Junctions moved to where the branches that meet in them point."""

import numpy as np

from crackscope.lines.anchors import anchors, straightened, widths_inside
from crackscope.lines.fields import Fields
from crackscope.lines.graph import Floats, Whole

_PULL = 0.05
"""Weight of where thinning put the junction, against that of one branch's direction."""


def recentred(points: Floats, starts: Whole, ends: Whole, degrees: Whole, fields: Fields) -> Floats:
    """Move junctions of wide lines to the point nearest to the lines of their branches.

    In the middle of a junction the ridge is wider than any of its branches, and thinning bends
    them. `points` (P, 3) x, y and the width of the ridge, a place apart; `degrees` (B, 2) those of
    the nodes in `ends`. The widest branch of a junction says over what length they bend.
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
    """(E, 2) least squares: the point next to all lines of a node, relative to the node."""
    number = np.unique(node, return_inverse=True)[1]
    count = int(number.max()) + 1
    across = np.eye(2) - towards[:, :, None] * towards[:, None, :]
    left = np.zeros((count, 2, 2))
    right = np.zeros((count, 2))
    np.add.at(left, number, across)
    np.add.at(right, number, (across @ anchor[:, :, None])[:, :, 0])
    solved = np.linalg.solve(left + _PULL * np.eye(2), right[:, :, None])[:, :, 0]
    return np.asarray(solved[number])
