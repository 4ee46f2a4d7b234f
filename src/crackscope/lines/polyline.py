"""Refine the lines of a graph to sub-pixel polylines on the middle of their ridge."""

from dataclasses import dataclass

import numpy as np

from crackscope import numerics
from crackscope.lines.ends import extended, recentred
from crackscope.lines.fields import Fields
from crackscope.lines.graph import Floats, Graph, Whole, along, numbered
from crackscope.lines.strands import across, classes, directions, resample, run_around, smooth

SPACING_PX = 4.0
"""Spacing of points on a curve; twice that on a straight line."""
_STRAIGHT_PX = 0.15
_SMOOTHING = 0.15
"""Standard deviation of the smoothing, relative to the width: ragged edges shift wide lines."""


@dataclass(frozen=True, slots=True)
class Polylines:
    """`points` (P, 2) x and y of all branches; `ridge` (P,) width in pixels of the evidence."""

    points: Floats
    ridge: Floats
    starts: Whole


def polylines(graph: Graph, fields: Fields, low: float) -> Polylines:
    """Trace the branches of a graph with sub-pixel accuracy; see decision record 18.

    Points have a spacing of at most 8 px and lie inside the photo; branches that meet share a
    point.
    """
    place_px = fields.found.pixels_a_place
    degrees = graph.degrees()[graph.ends]
    points = smooth(graph.points, graph.starts, 2, shrink=True)
    points, starts = resample(points, graph.starts, place_px)
    ridge = np.zeros(len(points))
    for _ in range(2):
        shift, ridge = _off_ridge(points, starts, fields, low)
        shift *= _away_from_junctions(points, starts, degrees)[:, None]
        points[:, :2] += shift
        points = smooth(points, starts, 1)
    points = np.column_stack([points[:, :2], ridge])
    ragged = 2 * (_SMOOTHING * ridge / place_px) ** 2
    points = smooth(points, starts, ragged - 0.5, shrink=True)
    points = recentred(points, starts, graph.ends, degrees, fields)
    points = extended(points, starts, degrees == 1, fields)
    points, starts = _sparser(*resample(points, starts, SPACING_PX))
    limits = (fields.found.width, fields.found.height)
    return Polylines(np.clip(points[:, :2], 0.0, limits), points[:, 2], starts)


def _off_ridge(points: Floats, starts: Whole, fields: Fields, low: float) -> tuple[Floats, Floats]:
    """(P, 2) offset of each point from the middle of its ridge, and (P,) the ridge's width.

    The middle is the mean position across the line, weighted by the probability of a crack, and
    the width is the sum of the weights: both over the run of logits at or above `low`.
    """
    step = fields.found.pixels_a_place
    towards = directions(points, starts, 3)
    shift, width = np.zeros(len(points)), np.full(len(points), step / 2)
    for members, offsets in classes(points[:, 2] / step + 2):
        x, y = across(points[members], towards[members], offsets * np.float32(step))
        logits = fields.logit(x, y)
        middle = len(offsets) // 2
        centre = middle - 1 + np.argmax(logits[:, middle - 1 : middle + 2], axis=1)
        weight = numerics.logistic(logits) * run_around(logits >= low, centre)
        total = weight.sum(axis=1)
        off = (weight * offsets).sum(axis=1) / np.maximum(total, 1e-6)
        most = np.maximum(1.0, 0.5 * points[members, 2] / step)
        shift[members] = np.clip(off, -most, most) * step
        width[members] = np.maximum(total * step, step / 4)
    normal = np.stack([-towards[:, 1], towards[:, 0]], axis=1)
    return normal * shift[:, None], width


def _away_from_junctions(points: Floats, starts: Whole, degrees: Whole) -> Floats:
    """(P,) 1 away from junctions, falling to 0 at them, where ridges merge."""
    place = along(points, starts)
    which = np.repeat(np.arange(len(degrees)), np.diff(starts))
    left = place[starts[1:] - 1][which] - place
    near = 2.0 * np.maximum(points[:, 2], 1.0)
    weights = [
        np.where(degrees[which, side] == 1, 1.0, np.minimum(distance / near, 1.0))
        for side, distance in enumerate((place, left))
    ]
    return np.minimum(*weights)


def _sparser(points: Floats, starts: Whole) -> tuple[Floats, Whole]:
    """Drop every second point if the line is straight there."""
    line, at = numbered(np.diff(starts))
    left = np.diff(starts)[line] - 1 - at
    odd = np.flatnonzero((at % 2 == 1) & (left > 0))
    chord = points[odd + 1, :2] - points[odd - 1, :2]
    leg = points[odd, :2] - points[odd - 1, :2]
    off = np.abs(chord[:, 0] * leg[:, 1] - chord[:, 1] * leg[:, 0])
    straight = off <= _STRAIGHT_PX * np.hypot(*chord.T)
    straight &= (chord * leg).sum(axis=1) > 0
    kept = np.ones(len(points), bool)
    kept[odd[straight]] = False
    counts = np.add.reduceat(kept.astype(np.int64), starts[:-1])
    return points[kept], np.concatenate([[0], np.cumsum(counts)])
