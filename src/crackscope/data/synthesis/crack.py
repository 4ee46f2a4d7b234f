"""Cracks of known course and width, drawn on any surface."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.data.synthesis import course as courses
from crackscope.data.synthesis.course import Band, Points
from crackscope.data.synthesis.surface import Field, Surface, profile

_SOOT = np.array([1.04, 0.98, 0.9], np.float32)
_DUST = np.array([1.06, 1.0, 0.88], np.float32)


@dataclass(frozen=True, slots=True)
class Course:
    """The centre line of a crack and its width in pixels at each point."""

    points: Points
    widths: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A surface with cracks, and the truth about them.

    `mask` (H, W) float32 is the share of each pixel that the crack covers: a hairline of half a
    pixel covers a half.
    """

    pixels: Surface
    mask: Field
    courses: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class _Opening:
    """How far the crack opens to the left and to the right, at every pixel along its course."""

    left: NDArray[np.float32]
    right: NDArray[np.float32]


def draw(
    background: Surface,
    rng: np.random.Generator,
    width_px: float,
    *,
    start: tuple[float, float] | None = None,
    end: tuple[float, float] | None = None,
    branches: int | None = None,
    contrast: float | None = None,
    light: float = -2.0,
) -> Drawn:
    """Draw a main crack and its branches.

    `background` (H, W, 3) float 0 to 255; `width_px` the mean width of the main crack, 0.3 and
    more; `start` and `end` in pixels, drawn from `rng` on opposite borders where not given;
    `contrast` 0 to 1, how dark the inside is; `light` the direction to the light in radians.
    An end inside the picture tapers. Branches are narrower and taper towards their end.
    """
    if width_px < 0.3:
        raise ValueError(f"width_px must be at least 0.3; received {width_px!r}")
    height, width = background.shape[:2]
    first, last = _borders(height, width, rng)
    main = courses.fracture(start or first, end or last, rng, roughness=rng.uniform(0.08, 0.18))
    count = int(rng.choice(3, p=(0.62, 0.28, 0.1))) if branches is None else branches
    lines = [(_branch(main, rng), width_px * rng.uniform(0.35, 0.7), True) for _ in range(count)]
    lines.append((main, width_px, False))
    depth = rng.uniform(0.55, 1.0) if contrast is None else contrast
    pixels, mask = background.astype(np.float32), np.zeros((height, width), np.float32)
    drawn: list[Course] = []
    for points, mean, tapers in lines:
        opening = _open(points, max(mean, 0.3), rng, _tapers(points, height, width, tapers))
        pixels, mask = _paint(pixels, mask, points, opening, depth, light, rng)
        drawn.append(Course(points, _widths(points, opening)))
    return Drawn(pixels, mask, tuple(reversed(drawn)))


def _borders(
    height: int, width: int, rng: np.random.Generator
) -> tuple[tuple[float, float], tuple[float, float]]:
    """A point beyond one border, and one beyond the opposite."""
    a, b = rng.uniform(0.1, 0.9, 2)
    if rng.random() < 0.5:
        return (-4.0, a * height), (width + 4.0, b * height)
    return (a * width, -4.0), (b * width, height + 4.0)


def _branch(main: Points, rng: np.random.Generator) -> Points:
    """A course that leaves the main one at a sharp angle."""
    length = math.dist(main[0], main[-1])
    origin = main[int(rng.uniform(0.2, 0.8) * len(main))]
    heading = math.atan2(*(main[-1] - main[0])[::-1]) + (0.0 if rng.random() < 0.5 else math.pi)
    heading += float(rng.choice([-1, 1])) * rng.uniform(0.45, 1.15)
    reach = length * rng.uniform(0.25, 0.6)
    end = (origin[0] + reach * math.cos(heading), origin[1] + reach * math.sin(heading))
    return courses.fracture((origin[0], origin[1]), end, rng, roughness=0.16)


def _tapers(points: Points, height: int, width: int, branch: bool) -> tuple[bool, bool]:
    """Whether the course tapers at its start and at its end."""
    inside = np.all((points[[0, -1]] > 0) & (points[[0, -1]] < (width, height)), axis=1)
    return bool(inside[0]) and not branch, bool(inside[1]) or branch


def _open(
    points: Points, mean: float, rng: np.random.Generator, tapers: tuple[bool, bool]
) -> _Opening:
    """Both edges: slow changes of width, and a jag of its own on either side."""
    length = max(2, math.ceil(courses.arc_length(points)[-1]) + 1)
    slow = np.exp(0.3 * profile(length, 60, rng) + 0.2 * profile(length, 17, rng))
    half = (0.5 * mean * slow / slow.mean()).astype(np.float32)
    place = np.linspace(0.0, 1.0, length, dtype=np.float32)
    for tapering, distance in zip(tapers, (place, 1 - place), strict=True):
        if tapering:
            half *= np.sqrt(np.clip(distance / 0.45, 0.02, 1.0))
    left, right = (_jagged(half, mean, rng) for _ in range(2))
    return _Opening(left, right)


def _jagged(
    half: NDArray[np.float32], mean: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    jag = 0.22 * profile(len(half), 9, rng) + 0.13 * profile(len(half), 2.5, rng)
    chips = np.clip(profile(len(half), max(6.0, mean), rng) - 1.2, 0.0, 1.2)
    edge = half * np.clip(1 + jag + 0.7 * chips, 0.25, 2.5)
    return np.asarray(edge * half.mean() / edge.mean(), np.float32)


def _widths(points: Points, opening: _Opening) -> NDArray[np.float64]:
    """The full width at each point: the mean over the neighbouring pixels of the course."""
    place = courses.arc_length(points)
    full = (opening.left + opening.right).astype(np.float64)
    total = np.concatenate([[0.0], np.cumsum(full)])
    low, high = np.clip(place - 2, 0, len(full)), np.clip(place + 3, 0, len(full))
    samples = np.arange(len(total))
    area = np.interp(high, samples, total) - np.interp(low, samples, total)
    return np.asarray(area / np.maximum(high - low, 1e-9))


def _paint(
    pixels: Surface,
    mask: Field,
    points: Points,
    opening: _Opening,
    depth: float,
    light: float,
    rng: np.random.Generator,
) -> tuple[Surface, Field]:
    """One course over the pixels; returns new pixels and the mask grown by it."""
    width = float(np.mean(opening.left + opening.right))
    reach = float(max(opening.left.max(), opening.right.max())) + 3.0 + 0.6 * width
    band = courses.band(mask.shape[0], mask.shape[1], points, reach)
    there = (band.rows, band.columns)
    place = np.minimum(band.along.astype(np.intp), len(opening.left) - 1)
    left, right = opening.left[place], opening.right[place]
    covered = _coverage(band.across, left, right)
    facing = _facing(points, band, light)
    free = 1 - mask[there]
    outside = np.where(band.across > 0, band.across - right, -band.across - left)
    surface = pixels[there]
    surface = _edge(surface, band, outside, facing, free, width, depth, rng)
    inner = _inside(surface, band, left, right, facing, width, depth, rng)
    surface += (inner - surface) * covered[:, None]
    painted, grown = pixels.copy(), mask.copy()
    painted[there] = np.clip(surface, 0.0, 255.0)
    grown[there] = np.maximum(grown[there], covered)
    return painted, grown


def _coverage(across: Field, left: Field, right: Field) -> Field:
    """How much of a pixel, one wide, lies between the two edges: sums to the width, exactly."""
    low, high = np.maximum(across - 0.5, -left), np.minimum(across + 0.5, right)
    return np.asarray(np.clip(high - low, 0.0, 1.0), np.float32)


def _facing(points: Points, band: Band, light: float) -> Field:
    """How far the right-hand side lies towards the light, -1 to 1."""
    units = courses.directions(points)
    towards = -units[:, 1] * math.cos(light) + units[:, 0] * math.sin(light)
    return towards.astype(np.float32)[band.segment]


def _edge(
    surface: Surface,
    band: Band,
    outside: Field,
    facing: Field,
    free: Field,
    width: float,
    depth: float,
    rng: np.random.Generator,
) -> Surface:
    """Dirt beside the crack, stretches of spalled skin, and the far lip where it catches light."""
    length = int(band.along.max(initial=0)) + 2
    place = band.along.astype(np.intp)
    distance = np.maximum(outside, 0.0)
    dirt = 0.13 * depth * np.exp(-distance / (0.8 + 0.18 * width))
    surface = np.asarray(surface * (1 - dirt * free)[:, None], np.float32)
    far = facing * np.sign(band.across) < 0
    ragged = np.where(
        far, profile(length, 14 + width, rng)[place], profile(length, 14 + width, rng)[place]
    )
    spall = np.clip(ragged - 0.9, 0.0, 1.5) * 0.55 * width
    broken = free * np.clip(spall - distance + 0.5, 0.0, 1.0) * min(1.0, width / 4)
    grain = 0.82 + 0.13 * rng.standard_normal(len(distance), dtype=np.float32)
    surface += (surface * _DUST * grain[:, None] - surface) * broken[:, None]
    strength = np.clip(profile(length, 10, rng)[place] + 0.25, 0.0, 1.0) * min(1.0, width / 6)
    thick = 0.5 + 0.05 * min(width, 16.0)
    lip = np.exp(-(((distance - spall) / thick) ** 2)) * far * np.abs(facing) * free
    bright = np.minimum(surface + 70, 250)
    return np.asarray(surface + (bright - surface) * (lip * strength)[:, None], np.float32)


def _inside(
    surface: Surface,
    band: Band,
    left: Field,
    right: Field,
    facing: Field,
    width: float,
    depth: float,
    rng: np.random.Generator,
) -> Surface:
    """Dark, darkest in the shadow of the near edge; the far wall shows where the light gets in."""
    length = int(band.along.max(initial=0)) + 2
    place = band.along.astype(np.intp)
    u = (band.across + left) / np.maximum(left + right, 1e-3)
    from_far = np.where(facing > 0, u, 1 - u)
    ledge = 0.18 + 0.22 * profile(length, 12 + width, rng)[place]
    wall = np.clip((ledge - from_far) * 5, 0.0, 1.0) * np.abs(facing) * min(1.0, width / 5)
    dark = 1 - depth * np.float32(0.9 if width > 3 else 0.8)
    factor = dark + (0.42 - 0.25 * depth + 0.2) * wall
    factor *= 1 + 0.12 * rng.standard_normal(len(factor), dtype=np.float32)
    return np.asarray(surface * _SOOT * factor[:, None], np.float32)
