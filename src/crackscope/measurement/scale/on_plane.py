"""The scale of a photo with a known plane, at one place."""

import numpy as np

from crackscope.measurement.homography import Floats
from crackscope.measurement.plane import Plane, Projection
from crackscope.measurement.scale.scale import Scale


def scale_on(source: str, plane: Plane, corners: Floats) -> Scale:
    """mm per pixel in the middle of the (4, 2) corners, averaged over all directions.

    It is the square root of the area of one pixel in mm². For other places and directions, see
    crackscope.measurement.lengths.
    """
    middle = corners.mean(axis=0, keepdims=True)

    def mean_scale(projection: Projection) -> Floats:
        return np.asarray(np.sqrt(np.abs(np.linalg.det(projection.jacobian(middle)))), np.float64)

    return Scale(
        source, float(mean_scale(plane.projection)[0]), float(plane.spread(mean_scale)[0]), plane
    )
