"""Localisation of one side of a marker to hundredths of a pixel.

Across a side, there is a blurred step from black to white, and one cell further inside, the cells
of the pattern. Both are modelled in linear light, in which a step blurred by a Gaussian is a
cumulative normal centred at the edge.
"""

import math
from dataclasses import dataclass

import numpy as np

from crackscope.measurement import homography
from crackscope.measurement.markers.grey import Light, sample
from crackscope.measurement.markers.marker import Cells, Floats

PIECES = 8
"""Number of pieces of a side, for measuring its straightness."""
_REACH_PX = 8.0
_INSIDE, _OUTSIDE = 1.2, 0.9
"""Range across a side, in cells: into the first ring of the pattern, and within the white margin
that a marker must have."""
_ENDS_PX, _END_CELLS = 3.0, 0.75
"""Length left out at both ends, where the blur of the next side begins."""
_STEPS, _STILL_PX = 12, 0.005
_MOST_ALONG = 256
"""Maximum number of places along a side; more only cost time."""
_BLURS_PX = (0.25, 6.0)
_MOST_PX = 5.0
"""Maximum error of the detector's corners."""
_CUMULATIVE = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in np.linspace(-6, 6, 1201)])


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A side, relative to the line between its two approximate corners.

    `offset` (outward, in the middle) and `slope` (from end to end) are in pixels. `pieces` (8,) are
    the deviations of the pieces from that, `places` (8,) their positions along, -0.5 to 0.5.
    """

    offset: float
    slope: float
    blur_px: float
    pieces: Floats
    places: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Grey values around a side: `across` outward in pixels and `along` from -0.5 to 0.5, (N,)."""

    light: Floats
    across: Floats
    along: Floats
    depth: Floats
    bounds: Floats
    length: float
    white: Floats


def follow(light: Light, corners: Floats, cells: Cells, which: int) -> Side | None:
    """Trace the side from corner `which` to the next; None if no step from black to white fits."""
    seen = _look(light, corners, cells, which)
    if seen is None:
        return None
    parameters = _start(seen)
    for _ in range(_STEPS):
        model, slopes = _model(seen, parameters)
        step = _step(seen.light - model, slopes)
        if step is None:
            return None
        parameters = parameters + step
        parameters[5] = np.clip(parameters[5], *_BLURS_PX)
        if max(abs(parameters[3]), abs(parameters[4]) / 2) > _MOST_PX:
            return None
        if np.abs(step[3:]).max() < _STILL_PX:
            break
    return None if parameters[1] <= 0 else _side(seen, parameters)


def _look(light: Light, corners: Floats, cells: Cells, which: int) -> _Seen | None:
    ends, bounds, depths, white = _layout(corners, cells, which)
    length = math.dist(*ends)
    unit = (ends[1] - ends[0]) / length
    outward = np.array([unit[1], -unit[0]])
    cell = length / len(cells)
    least = float(min(depths.min(), cell))
    across = np.arange(-min(_INSIDE * least, _REACH_PX), min(_OUTSIDE * least, _REACH_PX), 0.5)
    skip = max(_ENDS_PX, _END_CELLS * cell)
    count = min(int(length - 2 * skip), _MOST_ALONG)
    if count < PIECES or len(across) < 6:
        return None
    along = (np.arange(count) + 0.5) / count * (length - 2 * skip) + skip
    place, offset = np.meshgrid(along, across, indexing="ij")
    points = ends[0] + place.reshape(-1, 1) * unit + offset.reshape(-1, 1) * outward
    found = sample(light, points)
    if not np.isfinite(found).all():
        return None
    place = place.ravel() / length
    depth = depths[0] + (depths[1] - depths[0]) * place
    return _Seen(found, offset.ravel(), place - 0.5, depth, bounds, length, white)


def _layout(corners: Floats, cells: Cells, which: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Ends (2, 2) of a side; where along it, 0 to 1, its cells begin and end (n + 1,); how deep the
    border is at both ends, in pixels (2,); and the cells of the first ring (n,), 1 where white."""
    turned = np.rot90(cells, which)
    rolled = np.roll(corners, -which, axis=0)
    side = len(cells)
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float64)
    to_photo = homography.fit(square, rolled)
    edges = np.stack([np.arange(side + 1.0), np.zeros(side + 1)], axis=1)
    ends = rolled[:2]
    unit = (ends[1] - ends[0]) / math.dist(*ends)
    bounds = (homography.apply(to_photo, edges) - ends[0]) @ unit / math.dist(*ends)
    inner = homography.apply(to_photo, np.array([[0.0, 1.0], [side, 1.0]]))
    depths = np.abs((inner - ends[0]) @ np.array([unit[1], -unit[0]]))
    return ends, bounds, depths, turned[1].astype(np.float64)


def _start(seen: _Seen) -> Floats:
    """Initial parameters: black, contrast, its slope, offset, slope, blur."""
    low, high = np.quantile(seen.light, (0.1, 0.9))
    return np.array([low, high - low, 0.0, 0.0, 0.0, 1.0])


def _model(seen: _Seen, parameters: Floats) -> tuple[Floats, Floats]:
    """The modelled light (N,) and its derivatives (N, 6) by the parameters."""
    black, contrast, shade, offset, slope, blur = parameters
    x = (seen.across - offset - slope * seen.along) / blur
    y = -(seen.across - offset - slope * seen.along + seen.depth) / blur
    ring = _ring(seen, blur)
    shape = _normal(x) + ring * _normal(y)
    bright = contrast + shade * seen.along
    by_x = bright * (_density(x) - ring * _density(y)) / blur
    by_blur = bright * (_density(x) * x + ring * _density(y) * y) / -blur
    ones = np.ones_like(shape)
    slopes = (ones, shape, shape * seen.along, -by_x, -by_x * seen.along, by_blur)
    return black + bright * shape, np.stack(slopes, axis=1)


def _ring(seen: _Seen, blur: float) -> Floats:
    """The whiteness of the pattern's first ring next to each place, blurred along the side."""
    place = (seen.along + 0.5)[:, None]
    steps = _normal((place - seen.bounds) * seen.length / blur)
    return np.asarray((steps[:, :-1] - steps[:, 1:]) @ seen.white, np.float64)


def _step(residual: Floats, slopes: Floats) -> Floats | None:
    """A Gauss-Newton step with reduced weight of large residuals (dirt, shadows)."""
    size = 1.48 * float(np.median(np.abs(residual))) + 1e-6
    weight = 1 / np.sqrt(1 + np.square(residual / (2 * size)))
    normal = slopes.T @ (slopes * weight[:, None])
    normal[np.diag_indices(6)] *= 1 + 1e-6
    try:
        step = np.linalg.solve(normal, slopes.T @ (weight * residual))
    except np.linalg.LinAlgError:
        return None
    return np.asarray(step, np.float64) if np.isfinite(step).all() else None


def _side(seen: _Seen, parameters: Floats) -> Side:
    """The fitted side, with the shift of each piece that explains its residuals best."""
    model, slopes = _model(seen, parameters)
    residual, by_offset = seen.light - model, slopes[:, 3]
    edges = np.linspace(seen.along.min(), seen.along.max(), PIECES + 1)
    piece = np.clip(np.searchsorted(edges, seen.along, "right") - 1, 0, PIECES - 1)
    shift = np.bincount(piece, residual * by_offset, PIECES)
    weight = np.bincount(piece, by_offset * by_offset, PIECES)
    pieces = shift / np.maximum(weight, 1e-12)
    places = (edges[1:] + edges[:-1]) / 2
    return Side(float(parameters[3]), float(parameters[4]), float(parameters[5]), pieces, places)


def _normal(x: Floats) -> Floats:
    """The cumulative normal distribution."""
    return np.asarray(np.interp(x, np.linspace(-6, 6, len(_CUMULATIVE)), _CUMULATIVE), np.float64)


def _density(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi), np.float64)
