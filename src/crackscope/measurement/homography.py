"""Homographies from a photo to a plane surface, fitted to pairs of points."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.errors import UsageError

Floats = NDArray[np.float64]

FLATTEST = 0.02
"""Minimum height of a triangle of three corners, as a fraction of its longest side."""
_LARGEST = 1e9
"""Limit of coordinates in pixels or mm."""


def points_of(values: ArrayLike, name: str, least: int = 1) -> Floats:
    """(N, 2) finite coordinates, at least `least` of them; raises UsageError."""
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} must be (N, 2) numbers. Received: {values!r}") from error
    if found.ndim != 2 or found.shape[1] != 2 or len(found) < least:
        raise UsageError(
            f"{name} must be (N, 2) coordinates, at least {least}. Received: shape {found.shape}"
        )
    if not (np.abs(found) < _LARGEST).all():
        bad = found[~(np.abs(found) < _LARGEST).all(axis=1)][0]
        raise UsageError(f"{name} must be finite coordinates below 1e9. Received: {bad.tolist()}")
    return found


def check_quad(corners: ArrayLike, name: str) -> Floats:
    """The (4, 2) corners of a convex quadrilateral, in order; raises UsageError.

    The message names the problem: equal corners, three corners on a line, or crossing sides.
    """
    quad = points_of(corners, name, 4)
    if len(quad) != 4:
        raise UsageError(f"{name} must be four corners. Received: {len(quad)}")
    for skipped in range(4):
        _check_triangle(np.delete(quad, skipped, axis=0), name)
    turns = [_cross(quad[k - 3] - quad[k - 4], quad[k - 2] - quad[k - 3]) for k in range(4)]
    if not (min(turns) > 0 or max(turns) < 0):
        raise UsageError(
            f"{name} must be in order around a convex quadrilateral. Sides cross, or it is not "
            f"convex. Received: {quad.tolist()}"
        )
    return quad


def fit(source: ArrayLike, target: ArrayLike) -> Floats:
    """The homography (3, 3) that maps `source` to `target`, both (N, 2), N at least 4.

    The normalised direct linear transform (Hartley & Zisserman, Multiple View Geometry, 2004,
    algorithm 4.2), by least squares for more than four pairs. Its sign makes the third coordinate
    positive at the source points. Raises UsageError if the points define no homography.
    """
    source, target = points_of(source, "the points", 4), points_of(target, "their targets", 4)
    if len(source) != len(target):
        raise UsageError(
            f"give as many points as targets. Received: {len(source)} and {len(target)}"
        )
    from_, to = _normaliser(source), _normaliser(target)
    rows = _equations(apply(from_, source), apply(to, target))
    _, sizes, vectors = np.linalg.svd(rows)
    matrix = np.linalg.inv(to) @ vectors[-1].reshape(3, 3) @ from_
    weights = _lift(source) @ matrix[2]
    if sizes[7] < 1e-9 * sizes[0] or not (weights.min() > 0 or weights.max() < 0):
        raise UsageError(
            "the points must span a plane seen from one side: no three of four on a line, in the "
            f"same order as their targets. Received: {source.tolist()}"
        )
    return np.asarray(matrix / weights.mean(), np.float64)


def apply(matrix: Floats, points: Floats) -> Floats:
    """Map (N, 2) points by a homography; NaN at or beyond its horizon."""
    lifted = _lift(points) @ matrix.T
    weight = np.where(lifted[:, 2] > 0, lifted[:, 2], np.nan)
    return np.asarray(lifted[:, :2] / weight[:, None], np.float64)


def jacobian(matrix: Floats, points: Floats) -> Floats:
    """(N, 2, 2) Jacobians of the homography at each point."""
    lifted = _lift(points) @ matrix.T
    weight = np.where(lifted[:, 2] > 0, lifted[:, 2], np.nan)
    mapped = lifted[:, :2] / weight[:, None]
    return np.asarray(
        (matrix[None, :2, :2] - mapped[:, :, None] * matrix[None, 2:, :2]) / weight[:, None, None],
        np.float64,
    )


def _lift(points: Floats) -> Floats:
    return np.hstack([points, np.ones((len(points), 1))])


def _cross(a: Floats, b: Floats) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def _check_triangle(corners: Floats, name: str) -> None:
    sides = [math.dist(corners[k], corners[k - 1]) for k in range(3)]
    if min(sides) == 0:
        raise UsageError(f"{name} must be four different points. Received: {corners.tolist()}")
    height = abs(_cross(corners[1] - corners[0], corners[2] - corners[0])) / max(sides)
    if height < FLATTEST * max(sides):
        raise UsageError(f"{name} must not have three on a line. Received: {corners.tolist()}")


def _normaliser(points: Floats) -> Floats:
    """The matrix that centres the points at 0 and scales their mean distance to √2."""
    centre = points.mean(axis=0)
    size = float(np.linalg.norm(points - centre, axis=1).mean()) / math.sqrt(2)
    if size == 0:
        raise UsageError(f"the points must be different. Received: {points.tolist()}")
    return np.array([[1 / size, 0, -centre[0] / size], [0, 1 / size, -centre[1] / size], [0, 0, 1]])


def _equations(source: Floats, target: Floats) -> Floats:
    lifted, nothing = _lift(source), np.zeros((len(source), 3))
    across = np.hstack([lifted, nothing, -target[:, :1] * lifted])
    down = np.hstack([nothing, lifted, -target[:, 1:] * lifted])
    return np.vstack([across, down])
