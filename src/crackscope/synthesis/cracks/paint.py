"""Paint one line of a crack: dark inside, far wall and lip lit, dirt and spalls beside it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.synthesis import polyline
from crackscope.synthesis.polyline import Band, Points
from crackscope.synthesis.surface import Field, Surface, smooth

_SOOT = np.array([1.02, 0.99, 0.94], np.float32)
_DUST = np.array([1.06, 1.0, 0.88], np.float32)


@dataclass(frozen=True, slots=True)
class Opening:
    """Distance from the centre line to the left and right edge, at every pixel along it."""

    left: NDArray[np.float32]
    right: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Strip:
    """The pixels along one line: their position, the opening there, and the lighting.

    `facing` is how much the right-hand side faces the light, -1 to 1; `width` the mean width of the
    crack in pixels, `depth` how dark it is, 0 to 1.
    """

    band: Band
    left: Field
    right: Field
    facing: Field
    width: float
    depth: float


def paint(
    pixels: Surface,
    mask: Field,
    points: Points,
    opening: Opening,
    depth: float,
    light: float,
    rng: np.random.Generator,
) -> None:
    """Paint one line on the pixels, and its coverage on the mask, both in place."""
    strip = _strip(mask, points, opening, depth, light)
    there = (strip.band.rows, strip.band.columns)
    covered = coverage(strip.band.across, strip.left, strip.right)
    surface = _edge(pixels[there], strip, 1 - mask[there], rng)
    surface += (_inside(surface, strip, rng) - surface) * covered[:, None]
    pixels[there] = np.clip(surface, 0.0, 255.0)
    mask[there] = np.maximum(mask[there], covered)


def coverage(across: Field, left: Field, right: Field) -> Field:
    """Fraction of a pixel between the two edges; the sum across the line is exactly the width."""
    low, high = np.maximum(across - 0.5, -left), np.minimum(across + 0.5, right)
    return np.asarray(np.clip(high - low, 0.0, 1.0), np.float32)


def _strip(mask: Field, points: Points, opening: Opening, depth: float, light: float) -> _Strip:
    width = float(np.mean(opening.left + opening.right))
    reach = float(max(opening.left.max(), opening.right.max())) + 3.0 + 0.6 * width
    height_px, width_px = mask.shape
    band = polyline.band(height_px, width_px, points, reach)
    place = np.minimum(band.along.astype(np.intp), len(opening.left) - 1)
    facing = band.facing(light).astype(np.float32)[band.segment]
    return _Strip(band, opening.left[place], opening.right[place], facing, width, depth)


def _edge(surface: Surface, strip: _Strip, free: Field, rng: np.random.Generator) -> Surface:
    """Dirt and spalls beside the crack, and the lit far lip.

    `free` is the fraction of each pixel that no crack covers yet.
    """
    across, width = strip.band.across, strip.width
    outside = np.where(across > 0, across - strip.right, -across - strip.left)
    distance = np.maximum(outside, 0.0)
    dirt = 0.13 * strip.depth * np.exp(-distance / (0.8 + 0.18 * width))
    surface = np.asarray(surface * (1 - dirt * free)[:, None], np.float32)
    far = strip.facing * np.sign(across) < 0
    ragged = np.where(far, strip.band.noise(14 + width, rng), strip.band.noise(14 + width, rng))
    spall = np.clip(ragged - 0.9, 0.0, 1.5) * 0.7 * width
    broken = free * np.clip(spall - distance + 0.5, 0.0, 1.0) * min(1.0, width / 4)
    grain = _rubble(strip.band, width, rng)
    surface += (surface * _DUST * grain[:, None] - surface) * broken[:, None]
    strength = np.clip(strip.band.noise(10, rng) + 0.25, 0.0, 1.0) * min(1.0, width / 6)
    thick = 0.5 + 0.05 * min(width, 16.0)
    lip = np.exp(-(((distance - spall) / thick) ** 2)) * far * np.abs(strip.facing) * free
    bright = np.minimum(surface + 70, 250)
    return np.asarray(surface + (bright - surface) * (lip * strength)[:, None], np.float32)


def _rubble(band: Band, width: float, rng: np.random.Generator) -> Field:
    """Brightness of broken concrete, with grains of a few pixels."""
    tall, wide = int(band.rows.max(initial=0)) + 1, int(band.columns.max(initial=0)) + 1
    grains = smooth(tall, wide, min(2.0 + 0.08 * width, 4.0), rng)
    return np.asarray(0.8 + 0.11 * grains[band.rows, band.columns], np.float32)


def _inside(surface: Surface, strip: _Strip, rng: np.random.Generator) -> Surface:
    """The inside: darkest in the shadow of the near edge, with the far wall lit in places."""
    width, opened = strip.width, np.maximum(strip.left + strip.right, 1e-3)
    from_left = (strip.band.across + strip.left) / opened
    from_far = np.where(strip.facing > 0, from_left, 1 - from_left)
    ledge = 0.18 + 0.22 * strip.band.noise(12 + width, rng)
    wall = np.clip((ledge - from_far) * 5, 0.0, 1.0) * np.abs(strip.facing) * min(1.0, width / 5)
    dark = 1 - strip.depth * (0.9 if width > 3 else 0.8)
    factor = dark + (0.62 - 0.25 * strip.depth) * wall
    factor *= 1 + 0.07 * rng.standard_normal(len(factor), dtype=np.float32)
    return np.asarray(surface * _SOOT * factor[:, None], np.float32)
