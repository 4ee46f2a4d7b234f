"""Identification of markers, even with a blur of half a cell.

The light in the middle of each cell is compared with every known pattern under the blur of the
sides. OpenCV's own decoder, which thresholds each cell, misses a third of the markers of 40 to
60 px that this one identifies.
"""

import math
from dataclasses import dataclass

import numpy as np

from crackscope.measurement import homography
from crackscope.measurement.markers.dictionaries import Patterns, patterns
from crackscope.measurement.markers.grey import Light, sample
from crackscope.measurement.markers.marker import Cells, Floats

_LEAST = 0.85
_LEAST_OF_16 = 0.92
"""Correlation of the light in the cells with the pattern. By chance, one of 520 patterns of 16
cells reaches 0.85 on one texture in a hundred, and 0.92 on one in 5000 (Student's t)."""
_MARGIN = 2
"""White cells around a marker in the blur model."""


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """A marker, the quarter turns of its pattern, and the correlation with it, up to 1."""

    dictionary: str
    number: int
    turns: int
    cells: Cells
    agreement: float


def identify(light: Light, corners: Floats, blur_px: float) -> Identity | None:
    """The marker with these (4, 2) corners, starting at any of them; None if not a marker."""
    found = [_best(light, corners, blur_px, known) for known in patterns()]
    good = [one for one in found if one is not None]
    return max(good, key=lambda one: one.agreement, default=None)


def _best(light: Light, corners: Floats, blur_px: float, known: Patterns) -> Identity | None:
    seen = middles(light, corners, known.side)[1:-1, 1:-1].ravel()
    if not np.isfinite(seen).all() or seen.std() < 1e-6:
        return None
    cell = math.sqrt(_area(corners)) / known.side
    expected = _blurred(known, round(blur_px / cell, 1))
    turned = np.stack([np.rot90(expected, turns, (1, 2)) for turns in range(4)])
    flat = turned.reshape(-1, len(seen))
    flat = flat - flat.mean(axis=1, keepdims=True)
    seen = seen - seen.mean()
    agreement = flat @ seen / (np.linalg.norm(flat, axis=1) * np.linalg.norm(seen) + 1e-12)
    best = int(agreement.argmax())
    if agreement[best] < (_LEAST_OF_16 if len(seen) == 16 else _LEAST):
        return None
    turns, index = divmod(best, len(known.names))
    name, number = known.names[index]
    return Identity(name, number, turns, known.cells[index], float(agreement[best]))


def middles(light: Light, corners: Floats, side: int) -> Floats:
    """(side, side) light in the middle of each cell, the mean of nine places; NaN outside."""
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float64)
    place = (np.arange(3 * side) % 3 - 1) * 0.2 + np.arange(3 * side) // 3 + 0.5
    across, down = np.meshgrid(place, place)
    points = np.stack([across.ravel(), down.ravel()], axis=1)
    seen = sample(light, homography.apply(homography.fit(square, corners), points))
    return np.asarray(seen.reshape(side, 3, side, 3).mean(axis=(1, 3)), np.float64)


def _blurred(known: Patterns, blur: float) -> Floats:
    """(P, n, n) inner cells of each pattern on white paper, blurred; `blur` is in cells."""
    side = known.side
    padded = np.pad(known.cells.astype(np.float32), ((0, 0), *[(_MARGIN, _MARGIN)] * 2))
    padded[:, :_MARGIN] = padded[:, -_MARGIN:] = 1
    padded[:, :, :_MARGIN] = padded[:, :, -_MARGIN:] = 1
    weights = _weights(side, blur)
    return np.asarray(weights @ padded @ weights.T, np.float64)


def _weights(side: int, blur: float) -> Floats:
    """(side - 2, side + 2 margins) weight of each cell in the middle of the inner ones."""
    middle = np.arange(1, side - 1) + _MARGIN + 0.5
    edge = np.arange(side + 2 * _MARGIN + 1.0)
    steps = [[_normal((x - m) / max(blur, 0.05)) for x in edge] for m in middle]
    return np.diff(np.array(steps), axis=1)


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def _area(corners: Floats) -> float:
    x, y = corners.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
