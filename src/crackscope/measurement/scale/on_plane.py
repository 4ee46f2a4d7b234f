"""The scale of a photo whose plane is known: at one place, with the plane beside it."""

import numpy as np

from crackscope.measurement.homography import Floats
from crackscope.measurement.plane import Plane, Projection
from crackscope.measurement.scale.scale import Scale


def scale_on(source: str, plane: Plane, corners: Floats) -> Scale:
    """mm per pixel in the middle of the (4, 2) corners, the mean over all directions.

    That is the root of what one pixel covers in mm². Elsewhere, and in one direction, the plane
    says more: crackscope.measurement.lengths.
    """
    middle = corners.mean(axis=0, keepdims=True)

    def mean_scale(projection: Projection) -> Floats:
        return np.asarray(np.sqrt(np.abs(np.linalg.det(projection.jacobian(middle)))), np.float64)

    return Scale(
        source, float(mean_scale(plane.projection)[0]), float(plane.spread(mean_scale)[0]), plane
    )
