"""Move junctions to where their branches point."""

import numpy as np

from crackscope.lines.anchors import anchors, straightened, widths_inside
from crackscope.lines.fields import Fields
from crackscope.lines.graph import Floats, Whole

_PULL = 0.05
"""Weight of the junction's position after thinning, relative to the direction of one branch."""


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
