"""Marker detection: quadrilaterals by OpenCV, which are identified and refined."""

from collections.abc import Iterator

import numpy as np

from crackscope import extras
from crackscope.errors import UsageError
from crackscope.measurement import homography
from crackscope.measurement.markers.corners import rough, settle
from crackscope.measurement.markers.grey import Light, sample
from crackscope.measurement.markers.identify import Identity, identify
from crackscope.measurement.markers.marker import Floats, Marker
from crackscope.measurement.markers.quads import dark_quads
from crackscope.types import Pixels

_REDUCED = 2000
"""Longer side in pixels of the reduced photo that is searched first; enough for most markers."""
_PLAIN = np.zeros((8, 8), np.bool_)
"""A marker whose pattern is not known yet."""
_CONTRAST = 0.02
"""Minimum contrast between a marker's border and the paper around it, in linear light."""


def find_markers(pixels: Pixels) -> list[Marker]:
    """Find the markers in an upright photo (H, W, 3) uint8, largest first.

    Searches the reduced photo first, and the full one if no marker is found. Raises
    MissingExtraError without OpenCV.
    """
    cv2 = extras.require("cv2", "measure", "find markers in photos")
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    found: list[Marker] = []
    for factor in sorted({min(1.0, _REDUCED / max(grey.shape)), 1.0}):
        small = grey
        if factor < 1.0:
            small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        if not found:
            found = list(_read(Light(grey), Light(small), dark_quads(cv2, small)))
    return sorted(found, key=lambda marker: marker.side_px, reverse=True)


def _read(light: Light, small: Light, quads: list[Floats]) -> Iterator[Marker]:
    """The markers among the quadrilaterals of the reduced photo, in pixels of the full photo."""
    scale = np.array(light.size) / small.size
    taken: list[Floats] = []
    for quad in quads:
        middle = quad.mean(axis=0)
        if any(
            np.linalg.norm(middle - one.mean(axis=0)) < np.ptp(one, axis=0).max() / 3
            for one in taken
        ):
            continue
        known = _known(small, quad)
        if known is not None:
            taken.append(quad)
            yield _exact(light, known[0] * scale, known[1], float(scale.max()))


def _known(light: Light, quad: Floats) -> tuple[Floats, Identity] | None:
    """Corners clockwise from the marker's top left, and the identity; None if not a marker."""
    if not _is_framed(light, quad):
        return None
    edges = settle(light, quad, _PLAIN)
    if edges is None:
        return None
    known = identify(light, edges.corners, edges.blur_px)
    return None if known is None else (np.roll(edges.corners, known.turns, axis=0), known)


def _exact(light: Light, corners: Floats, known: Identity, step: float) -> Marker:
    edges = settle(light, corners, known.cells)
    if edges is None:
        return rough(corners, known.dictionary, known.number, step)
    return edges.marker(known.dictionary, known.number)


def _is_framed(light: Light, quad: Floats) -> bool:
    """Whether a quadrilateral is black inside its sides, and has paper outside."""
    ring = np.concatenate([np.linspace(0.1, 0.9, 9), np.ones(9)])
    place = np.stack([ring, np.concatenate([np.zeros(9), np.linspace(0.1, 0.9, 9)])], axis=1) - 0.5
    place = np.concatenate([place, -place])
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64) / 2
    try:
        matrix = homography.fit(square, quad)
    except UsageError:
        return False
    black, paper = (sample(light, homography.apply(matrix, place * s)) for s in (0.875, 1.125))
    if not (np.isfinite(black).all() and np.isfinite(paper).all()):
        return False
    return bool(np.quantile(paper, 0.25) > np.quantile(black, 0.75) + _CONTRAST)
