"""Lengths and local scales in mm, with uncertainty, from lines in pixels of a photo."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.errors import UsageError
from crackscope.measurement.homography import points_of
from crackscope.measurement.plane import Projection
from crackscope.measurement.scale.scale import Scale

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Length:
    """A length in mm with the half-width of its 95 % interval.

    The interval covers the scale only, not the points of the line.
    """

    mm: float
    u95: float


@dataclass(frozen=True, slots=True, eq=False)
class LocalScale:
    """(N,) mm per pixel at points of a photo, in one direction each, with u95."""

    mm_per_px: Floats
    u95: Floats


def length(line: ArrayLike, scale: Scale) -> Length:
    """The length of a polyline of (N, 2) pixels, N at least 2, on the surface.

    With a plane, each point is mapped into it; without, the scale is uniform. The error of the
    scale is common to the whole line. Raises UsageError for points beyond the plane's horizon.
    """
    points = points_of(line, "a line", 2)
    if scale.plane is None:
        pixels = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
        return Length(pixels * scale.mm_per_px, pixels * scale.u95)
    scale.plane.to_mm(points)  # raises

    def total(projection: Projection) -> Floats:
        steps = np.diff(projection.to_mm(points), axis=0)
        return np.asarray(np.linalg.norm(steps, axis=1).sum(), np.float64)

    return Length(float(total(scale.plane.projection)), float(scale.plane.spread(total)))


def along(points: ArrayLike, directions: ArrayLike, scale: Scale) -> LocalScale:
    """mm per pixel at (N, 2) points, for steps in the (N, 2) directions of the photo."""
    places, steps = _checked(points, directions)

    def stretch(projection: Projection) -> Floats:
        moved = np.einsum("nij,nj->ni", projection.jacobian(places), steps)
        return np.asarray(np.linalg.norm(moved, axis=1), np.float64)

    return _local(places, scale, stretch)


def across(points: ArrayLike, tangents: ArrayLike, scale: Scale) -> LocalScale:
    """mm per pixel for widths measured normal to a line in the photo.

    `tangents` (N, 2) are the directions of the line at the (N, 2) points. The normal in the photo
    is not the normal in the plane: only its component normal to the mapped line counts, which is
    |det J| / |J t| for a unit tangent t.
    """
    places, steps = _checked(points, tangents)

    def stretch(projection: Projection) -> Floats:
        jacobian = projection.jacobian(places)
        moved = np.einsum("nij,nj->ni", jacobian, steps)
        area = np.abs(np.linalg.det(jacobian))
        return np.asarray(area / np.linalg.norm(moved, axis=1), np.float64)

    return _local(places, scale, stretch)


def _local(places: Floats, scale: Scale, stretch: Callable[[Projection], Floats]) -> LocalScale:
    if scale.plane is None:
        same = np.ones(len(places))
        return LocalScale(same * scale.mm_per_px, same * scale.u95)
    scale.plane.to_mm(places)  # raises
    return LocalScale(stretch(scale.plane.projection), scale.plane.spread(stretch))


def _checked(points: ArrayLike, directions: ArrayLike) -> tuple[Floats, Floats]:
    places, steps = points_of(points, "points"), points_of(directions, "directions")
    sizes = np.linalg.norm(steps, axis=1)
    if len(places) != len(steps) or not (sizes > 0).all():
        raise UsageError(
            "each point must have a direction that is not 0. Received: "
            f"{len(places)} points and {int((sizes > 0).sum())} directions"
        )
    return places, steps / sizes[:, None]
