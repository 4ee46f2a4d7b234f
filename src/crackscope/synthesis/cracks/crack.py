"""Paint cracks of known centre line and width on any surface."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.synthesis import polyline
from crackscope.synthesis.cracks.paint import Opening, paint
from crackscope.synthesis.polyline import Points
from crackscope.synthesis.surface import Field, Surface, profile


@dataclass(frozen=True, slots=True)
class CentreLine:
    """The centre line of a crack and its width in pixels at each point."""

    points: Points
    widths: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """An unbranched line to paint: its points, its mean width in pixels, and whether it tapers
    towards its start and towards its end."""

    points: Points
    width_px: float
    tapers: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class CrackedSurface:
    """A surface with cracks, and their ground truth.

    `mask` (H, W) float32 is the fraction of each pixel that a crack covers: a hairline of half a
    pixel covers half.
    """

    pixels: Surface
    mask: Field
    centre_lines: tuple[CentreLine, ...]


def draw(
    background: Surface,
    rng: np.random.Generator,
    width_px: float,
    *,
    start: tuple[float, float] | None = None,
    end: tuple[float, float] | None = None,
    branches: int | None = None,
    roughness: float | None = None,
    contrast: float | None = None,
    light: float = -2.0,
) -> CrackedSurface:
    """Paint a main crack and its branches.

    `background` (H, W, 3) float 0 to 255; `width_px` the mean width of the main crack, at least
    0.3; `start` and `end` in pixels, by default random points on opposite borders; `roughness` the
    deviation of the crack from a straight line as a fraction of its length, about 0.08 to 0.18;
    `contrast` 0 to 1, how dark the inside is; `light` the direction to the light in radians.
    Arguments that are None are sampled. An end inside the image tapers; branches are narrower and
    taper towards their end. Raises ValueError if `width_px` is too small.
    """
    if width_px < 0.3:
        raise ValueError(f"width_px must be at least 0.3. Received: {width_px!r}.")
    height, width = background.shape[:2]
    first, last = _borders(height, width, rng)
    rough = rng.uniform(0.08, 0.18) if roughness is None else roughness
    spacing = max(5.0, 0.9 * width_px)
    main = polyline.fracture(start or first, end or last, rng, rough, spacing)
    count = int(rng.choice(3, p=(0.62, 0.28, 0.1))) if branches is None else branches
    lines = [
        Line(branch, width_px * rng.uniform(0.35, 0.7), _tapers(branch, height, width, branch=True))
        for branch in (_branch(main, rng) for _ in range(count))
    ]
    lines.append(Line(main, width_px, _tapers(main, height, width, branch=False)))
    depth = rng.uniform(0.55, 1.0) if contrast is None else contrast
    painted = draw_lines(background, lines, rng, depth, light)
    return CrackedSurface(painted.pixels, painted.mask, painted.centre_lines[::-1])


def draw_lines(
    background: Surface, lines: Iterable[Line], rng: np.random.Generator, depth: float, light: float
) -> CrackedSurface:
    """Paint lines in this order as one crack; the centre lines keep the order.

    `background` (H, W, 3) float 0 to 255; `depth` 0 to 1, how dark the inside is; `light` the
    direction to the light in radians.
    """
    pixels, mask = background.astype(np.float32), np.zeros(background.shape[:2], np.float32)
    painted: list[CentreLine] = []
    for line in lines:
        opening = _open(line.points, max(line.width_px, 0.3), rng, line.tapers)
        paint(pixels, mask, line.points, opening, depth, light, rng)
        painted.append(CentreLine(line.points, _widths(line.points, opening)))
    return CrackedSurface(pixels, mask, tuple(painted))


def sound(surface: Surface) -> CrackedSurface:
    """A surface without a crack."""
    return CrackedSurface(surface, np.zeros(surface.shape[:2], np.float32), ())


def _borders(
    height: int, width: int, rng: np.random.Generator
) -> tuple[tuple[float, float], tuple[float, float]]:
    """A point outside one border, and one outside the opposite border."""
    a, b = rng.uniform(0.1, 0.9, 2)
    if rng.random() < 0.5:
        return (-4.0, a * height), (width + 4.0, b * height)
    return (a * width, -4.0), (b * width, height + 4.0)


def _branch(main: Points, rng: np.random.Generator) -> Points:
    """A branch that leaves the main crack at an acute angle."""
    length = math.dist(main[0], main[-1])
    origin = main[int(rng.uniform(0.2, 0.8) * len(main))]
    heading = math.atan2(*(main[-1] - main[0])[::-1]) + (0.0 if rng.random() < 0.5 else math.pi)
    heading += float(rng.choice([-1, 1])) * rng.uniform(0.45, 1.15)
    reach = length * rng.uniform(0.25, 0.6)
    end = (origin[0] + reach * math.cos(heading), origin[1] + reach * math.sin(heading))
    return polyline.fracture(origin, end, rng, roughness=0.16)


def _tapers(points: Points, height: int, width: int, branch: bool) -> tuple[bool, bool]:
    """Whether the line tapers at its start and at its end."""
    inside = polyline.inside(points[[0, -1]], height, width)
    return bool(inside[0]) and not branch, bool(inside[1]) or branch


def _open(
    points: Points, mean: float, rng: np.random.Generator, tapers: tuple[bool, bool]
) -> Opening:
    """Both edges: slow changes of width, and independent jags on each side."""
    length = max(2, math.ceil(polyline.arc_length(points)[-1]) + 1)
    slow = np.exp(0.3 * profile(length, 60, rng) + 0.2 * profile(length, 17, rng))
    half = (0.5 * mean * slow / slow.mean()).astype(np.float32)
    place = np.linspace(0.0, 1.0, length, dtype=np.float32)
    for tapering, distance in zip(tapers, (place, 1 - place), strict=True):
        if tapering:
            half *= np.sqrt(np.clip(distance / 0.45, 0.02, 1.0))
    left, right = (_jagged(half, mean, rng) for _ in range(2))
    return Opening(left, right)


def _jagged(
    half: NDArray[np.float32], mean: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    coarse, fine = max(8.0, 0.7 * mean), max(2.5, 0.16 * mean)
    jag = 0.24 * profile(len(half), coarse, rng)
    jag += min(0.14, 1.1 / mean) * profile(len(half), fine, rng)
    chips = np.clip(profile(len(half), max(6.0, mean), rng) - 1.3, 0.0, 1.2)
    edge = half * np.clip(1 + jag + 0.5 * chips, 0.25, 2.5)
    return np.asarray(edge * half.mean() / edge.mean(), np.float32)


def _widths(points: Points, opening: Opening) -> NDArray[np.float64]:
    """The full width at each point: the mean over neighbouring pixels along the line."""
    place = polyline.arc_length(points)
    full = (opening.left + opening.right).astype(np.float64)
    total = np.concatenate([[0.0], np.cumsum(full)])
    low, high = np.clip(place - 2, 0, len(full)), np.clip(place + 3, 0, len(full))
    samples = np.arange(len(total))
    area = np.interp(high, samples, total) - np.interp(low, samples, total)
    return np.asarray(area / np.maximum(high - low, 1e-9))
