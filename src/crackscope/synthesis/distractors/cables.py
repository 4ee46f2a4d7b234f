"""Thin lines across a wall: cables with their shadow, chalk lines, scratches."""

import math

import numpy as np

from crackscope.synthesis import polyline
from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.polyline import Band, Points
from crackscope.synthesis.surface import Surface, log_uniform

_CHALK = np.array([[240, 240, 236], [70, 100, 190], [200, 60, 50], [45, 45, 50]], np.float32)


@distractor("cable")
def draw_cable(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A cable or wire, shaded as a cylinder, with a shadow beside it."""
    height, width = background.shape[:2]
    points = _sweep(height, width, rng, sag=rng.normal(0, 0.08))
    radius = max(0.5, log_uniform(rng, 0.7, 7) * scale)
    offset = radius * rng.uniform(0.5, 4)
    cast = points - offset * np.array([math.cos(light), math.sin(light)])
    pixels = background.copy()
    _multiply(
        pixels, polyline.band(height, width, cast, radius + 3), radius, 1.5, rng.uniform(0.1, 0.45)
    )
    band = polyline.band(height, width, points, radius + 1)
    opacity = np.clip(radius - np.abs(band.across) + 0.5, 0, 1)[:, None]
    grey = rng.uniform(20, 235) * (1 + rng.normal(0, 0.05, 3))
    body = 0.8 + 0.35 * np.clip(band.across / radius, -1, 1) * band.facing(light)[band.segment]
    there = (band.rows, band.columns)
    pixels[there] += opacity * (np.clip(body[:, None] * grey, 0, 255) - pixels[there])
    return pixels


@distractor("chalk")
def draw_chalk(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A chalk, crayon or pencil line that sticks only to the raised grain."""
    del light
    height, width = background.shape[:2]
    points = _sweep(height, width, rng, sag=rng.normal(0, 0.01))
    half = max(0.5, log_uniform(rng, 0.7, 5) * scale)
    band = polyline.band(height, width, points, half + 2)
    there = (band.rows, band.columns)
    ground = background[there].mean(axis=1)
    grain = 0.6 + 0.05 * (ground - ground.mean()) if len(ground) else ground
    taken = grain + 0.3 * rng.standard_normal(len(ground))
    opacity = np.clip(half - np.abs(band.across) + 0.5, 0, 1) * np.clip(taken, 0, 1)
    opacity *= np.clip(0.7 + 0.3 * band.noise(20, rng), 0, 1) * rng.uniform(0.4, 1)
    pixels = background.copy()
    colour = _CHALK[int(rng.choice(4, p=(0.4, 0.2, 0.1, 0.3)))]
    pixels[there] += opacity[:, None].astype(np.float32) * (colour - pixels[there])
    return pixels


@distractor("scratch")
def draw_scratch(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A few shallow scratches or trowel marks: paler, one side lit, the other in shade."""
    height, width = background.shape[:2]
    pixels = background.copy()
    for _ in range(int(rng.integers(1, 4))):
        points = _sweep(height, width, rng, sag=rng.normal(0, 0.03))
        half = max(0.5, log_uniform(rng, 0.6, 4) * scale)
        band = polyline.band(height, width, points, 2 * half + 2)
        facing = band.facing(light)[band.segment]
        near = np.exp(-((band.across / half) ** 2))
        relief = -band.across / half * facing * near * rng.uniform(0, 0.25)
        worn = near * np.clip(0.6 + 0.5 * band.noise(30, rng), 0, 1.2)
        factor = 1 + relief + rng.uniform(-0.08, 0.2) * worn
        there = (band.rows, band.columns)
        pixels[there] = np.clip(pixels[there] * factor[:, None], 0, 255)
    return pixels


def _sweep(height: int, width: int, rng: np.random.Generator, sag: float) -> Points:
    """A smooth arc from border to border; `sag` is its rise as a fraction of its length."""
    a, b = rng.uniform(0, 1, 2)
    upright = rng.random() < 0.5
    start = np.array([a * width, -8.0] if upright else [-8.0, a * height])
    end = np.array([b * width, height + 8.0] if upright else [width + 8.0, b * height])
    place = np.linspace(0, 1, 33)[:, None]
    leg = end - start
    normal = np.array([-leg[1], leg[0]])
    return np.asarray(start + place * leg + 4 * sag * place * (1 - place) * normal)


def _multiply(pixels: Surface, band: Band, half: float, softness: float, depth: float) -> None:
    opacity = np.clip((half - np.abs(band.across)) / softness + 0.5, 0, 1)
    pixels[band.rows, band.columns] *= (1 - depth * opacity)[:, None].astype(np.float32)
