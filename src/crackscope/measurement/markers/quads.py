"""Candidates for markers: dark quadrilaterals, from OpenCV's contours."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.markers.marker import Floats

_WINDOWS = (7, 21, 61)
"""Sizes in pixels of the neighbourhoods for adaptive thresholds: sharp, blurred, large markers."""
_DARKER = 7
"""Offset of the adaptive threshold, in grey values."""
LEAST_PERIMETER = 80
"""Perimeter of the smallest marker, in pixels."""
_LEAST_SIDE = 0.12
"""The shortest side, as a fraction of half the perimeter."""
_STRAIGHT = 0.04
"""Maximum deviation of a contour from its quadrilateral, as a fraction of the perimeter."""
_MOST = 150
"""Maximum number, largest first; a photo with more shows windows or tiles."""
_NEAR_PX, _ALIKE = 3.0, 0.1
"""Duplicates: distance of the centres in pixels, and relative difference of the areas."""
_HALF_PIXEL = 0.5
"""OpenCV's origin is the centre of the first pixel, crackscope's its corner."""


def dark_quads(
    cv2: Any, grey: NDArray[np.uint8], least: float = LEAST_PERIMETER, most: int = _MOST
) -> list[Floats]:
    """Corners (4, 2) of at most `most` in a photo (H, W), clockwise, the largest first.

    `least` is the minimum perimeter in pixels.
    """
    found: list[Floats] = []
    for window in _WINDOWS:
        dark = cv2.adaptiveThreshold(
            grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, _DARKER
        )
        contours, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        long = (one for one in contours if len(one) >= least)
        found += [quad for one in long if (quad := _quad(cv2, one)) is not None]
    found.sort(key=_area, reverse=True)
    return [quad + _HALF_PIXEL for quad in _once(found, most)]


def _quad(cv2: Any, contour: Any) -> Floats | None:
    """The convex quadrilateral of a contour, clockwise; None if it is not one."""
    perimeter = len(contour)
    polygon = cv2.approxPolyDP(contour, _STRAIGHT * perimeter, True)
    if len(polygon) != 4 or not cv2.isContourConvex(polygon):
        return None
    quad = np.asarray(polygon, np.float64).reshape(4, 2)
    if _area(quad) < 0:
        quad = quad[::-1]
    sides = np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1)
    return quad if sides.min() >= _LEAST_SIDE * perimeter / 2 else None


def _area(quad: Floats) -> float:
    """Signed area, positive if clockwise in the photo (y downward)."""
    x, y = quad.T
    return 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def _once(quads: list[Floats], most: int) -> list[Floats]:
    """Remove duplicates from other thresholds, keeping the `most` largest."""
    some = quads[: 4 * most]
    if not some:
        return []
    middles = np.stack([quad.mean(axis=0) for quad in some])
    sizes = np.array([_area(quad) for quad in some])
    kept: list[int] = []
    for index in range(len(some)):
        near = np.linalg.norm(middles[kept] - middles[index], axis=1) < _NEAR_PX
        if not (near & (np.abs(sizes[kept] - sizes[index]) < _ALIKE * sizes[index])).any():
            kept.append(index)
    return [some[index] for index in kept[:most]]
