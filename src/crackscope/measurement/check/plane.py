"""The homography from mm on the sheet to pixels of a photo, by the marker's four corners."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


_FLATTEST = 0.02
"""Minimum area spanned by a corner's two sides, as a fraction of the longest side squared."""


def homography(source: ArrayLike, target: ArrayLike) -> Floats:
    """The (3, 3) matrix that maps four corners (4, 2) to four others in the same orientation.

    The direct linear transform with its last element 1 (Hartley and Zisserman, Multiple View
    Geometry, 2004, 4.1). Raises ValueError if the corners are not a quadrilateral.
    """
    known, wanted = _corners(source), _corners(target)
    rows, values = [], []
    for (x, y), (u, v) in zip(known, wanted, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(values)), 1.0).reshape(3, 3)


def _corners(given: ArrayLike) -> Floats:
    corners = np.asarray(given, np.float64)
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise ValueError(f"four corners must be (4, 2) finite numbers. Received: {given!r}")
    sides = np.roll(corners, -1, axis=0) - corners
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    if turns.min() <= _FLATTEST * np.square(sides).sum(axis=1).max():
        raise ValueError(
            "four corners must be those of a quadrilateral, in the order of the sheet's corners, "
            f"with no three on a line. Received: {corners.tolist()}"
        )
    return corners


def mapped(matrix: Floats, points: ArrayLike) -> Floats:
    """Map (N, 2) points by a homography; NaN for points behind the camera."""
    given = np.asarray(points, np.float64)
    lifted = np.column_stack([given, np.ones(len(given))]) @ matrix.T
    depth = np.where(lifted[:, 2] > 0, lifted[:, 2], np.nan)
    return np.asarray(lifted[:, :2] / depth[:, None], np.float64)
