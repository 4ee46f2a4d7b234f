"""Dark quadrilaterals in a photo: what may be a marker. Contours by OpenCV."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.markers.marker import Floats

_WINDOWS = (7, 21, 61)
"""Sides of the neighbourhoods, in pixels, than which a pixel must be darker: for sharp, blurred
and large markers."""
_DARKER = 7
"""By how many grey values."""
_LEAST_PERIMETER = 80
"""Pixels around the smallest marker that is looked for."""
_LEAST_SIDE = 0.12
"""The shortest side, as a fraction of half the perimeter."""
_STRAIGHT = 0.04
"""How far a contour may lie from its quadrilateral, as a fraction of the perimeter."""
_MOST = 150
"""A photo with more shows windows or tiles; the largest count."""
_NEAR_PX = 3.0
_HALF_PIXEL = 0.5
"""OpenCV counts from the centre of the first pixel, crackscope from its corner."""


def dark_quads(cv2: Any, grey: NDArray[np.uint8], factor: float) -> list[Floats]:
    """Corners (4, 2), clockwise in pixels of the photo, of at most 150, the largest first.

    Looked for in the photo (H, W) made smaller by `factor`, at most 1.
    """
    small = grey
    if factor < 1.0:
        small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    found: list[Floats] = []
    for window in _WINDOWS:
        dark = cv2.adaptiveThreshold(
            small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, _DARKER
        )
        contours, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        found += [quad for one in contours if (quad := _quad(cv2, one)) is not None]
    found.sort(key=_area, reverse=True)
    scale = (grey.shape[1] / small.shape[1], grey.shape[0] / small.shape[0])
    return [(quad + _HALF_PIXEL) * scale for quad in _once(found)[:_MOST]]


def _quad(cv2: Any, contour: Any) -> Floats | None:
    """The convex quadrilateral that a contour is, clockwise; None where it is none."""
    perimeter = len(contour)
    if perimeter < _LEAST_PERIMETER:
        return None
    polygon = cv2.approxPolyDP(contour, _STRAIGHT * perimeter, True)
    if len(polygon) != 4 or not cv2.isContourConvex(polygon):
        return None
    quad = np.asarray(polygon, np.float64).reshape(4, 2)
    if _area(quad) < 0:
        quad = quad[::-1]
    sides = np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1)
    return quad if sides.min() >= _LEAST_SIDE * perimeter / 2 else None


def _area(quad: Floats) -> float:
    """Above 0 where it goes clockwise as seen, y downward."""
    x, y = quad.T
    return 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def _once(quads: list[Floats]) -> list[Floats]:
    """Without those that another window has found nearly alike."""
    kept: list[Floats] = []
    for quad in quads[: 4 * _MOST]:
        middle, size = quad.mean(axis=0), _area(quad)
        if not any(
            abs(_area(one) - size) < 0.1 * size
            and np.linalg.norm(one.mean(axis=0) - middle) < _NEAR_PX
            for one in kept
        ):
            kept.append(quad)
    return kept
