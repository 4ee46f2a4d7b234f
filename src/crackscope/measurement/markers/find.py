"""Marker detection: quadrilaterals by OpenCV, which are identified and refined."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.errors import UsageError
from crackscope.measurement import homography
from crackscope.measurement.markers.corners import rough, settle
from crackscope.measurement.markers.grey import Light, sample
from crackscope.measurement.markers.identify import Identity, identify
from crackscope.measurement.markers.marker import Floats, Marker
from crackscope.measurement.markers.quads import LEAST_PERIMETER, dark_quads
from crackscope.types import Pixels

_REDUCED, _LEAST_FACTOR = 2000, 0.35
"""Longer side in pixels of the reduced photo that is searched, and its minimum scale: a marker of
40 px keeps 14."""
_SMALLEST = 32
"""Minimum perimeter of a candidate in the reduced photo: one of 40 px, tilted by 45°."""
_LARGEST = 2 * LEAST_PERIMETER
"""Maximum perimeter of a candidate: larger markers are found in the reduced photo."""
_MOST = 600
"""Maximum number of candidates in the reduced photo, largest first."""
_AREAS = 64
"""Maximum number of areas that are searched at full size, those of most contrast first."""
_AROUND = 1.0
"""Margin of such an area on each side, as a fraction of the candidate's size."""
_PLAIN = np.zeros((8, 8), np.bool_)
"""A marker whose pattern is not known yet."""
_CONTRAST = 0.02
"""Minimum contrast between a marker's border and the paper around it, in linear light."""


def find_markers(pixels: Pixels) -> list[Marker]:
    """Find the markers in an upright photo (H, W, 3) uint8, largest first.

    Searches a reduced copy. If it shows no marker, the areas around its dark quadrilaterals are
    searched at full size, which costs much less than all of it. Raises MissingExtraError without
    OpenCV.
    """
    cv2 = extras.require("cv2", "measure", "find markers in photos")
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    factor = min(1.0, max(_REDUCED / max(grey.shape), _LEAST_FACTOR))
    if factor == 1.0:
        light = Light(grey)
        return _by_size(_read(light, light, dark_quads(cv2, grey)))
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    light, reduced = Light(grey), Light(small)
    quads = dark_quads(cv2, small, _SMALLEST, _MOST)
    large = [quad for quad in quads if _perimeter(quad) >= LEAST_PERIMETER]
    found = _by_size(_read(light, reduced, large))
    return found or _by_size(_read(light, light, _full_size(cv2, grey, reduced, quads)))


def _by_size(markers: Iterable[Marker]) -> list[Marker]:
    return sorted(markers, key=lambda marker: marker.side_px, reverse=True)


def _perimeter(quad: Floats) -> float:
    return float(np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1).sum())


def _full_size(
    cv2: Any, grey: NDArray[np.uint8], reduced: Light, quads: list[Floats]
) -> list[Floats]:
    """The quadrilaterals of the full photo around the candidates of most contrast."""
    scale = np.array(grey.shape[::-1]) / reduced.size
    small = (quad for quad in quads if _perimeter(quad) <= _LARGEST)
    contrasts = [(_contrast(reduced, quad), quad) for quad in small]
    framed = sorted((one for one in contrasts if one[0] > _CONTRAST), key=lambda one: -one[0])
    found: list[Floats] = []
    for _, quad in framed[:_AREAS]:
        ends = np.stack([quad.min(axis=0), quad.max(axis=0)]) * scale
        margin = _AROUND * (ends[1] - ends[0])
        left, top = np.maximum(ends[0] - margin, 0).astype(int).tolist()
        right, bottom = np.ceil(ends[1] + margin).astype(int).tolist()
        area = np.ascontiguousarray(grey[top:bottom, left:right])
        corner = np.array([left, top], np.float64)
        found += [one + corner for one in dark_quads(cv2, area)]
    return found


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
    rings = _rings(light, quad)
    if rings is None:
        return False
    black, paper = rings
    return bool(np.quantile(paper, 0.25) > np.quantile(black, 0.75) + _CONTRAST)


def _contrast(light: Light, quad: Floats) -> float:
    """The difference of the mean light outside and inside the sides; 0 at the photo's border."""
    rings = _rings(light, quad)
    return 0.0 if rings is None else float(rings[1].mean() - rings[0].mean())


def _rings(light: Light, quad: Floats) -> tuple[Floats, Floats] | None:
    """The light (36,) just inside the sides and just outside; None beyond the photo."""
    ring = np.concatenate([np.linspace(0.1, 0.9, 9), np.ones(9)])
    place = np.stack([ring, np.concatenate([np.zeros(9), np.linspace(0.1, 0.9, 9)])], axis=1) - 0.5
    place = np.concatenate([place, -place])
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float64) / 2
    try:
        matrix = homography.fit(square, quad)
    except UsageError:
        return None
    black, paper = (sample(light, homography.apply(matrix, place * s)) for s in (0.875, 1.125))
    if not (np.isfinite(black).all() and np.isfinite(paper).all()):
        return None
    return black, paper
