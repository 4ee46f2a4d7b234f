"""Vegetation: leaves, moss, roots and tendrils."""

import math

import numpy as np

from crackscope.synthesis import polyline
from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.surface import Surface, log_uniform, profile

_LEAVES = np.array([[70, 105, 35], [105, 130, 60], [45, 75, 40], [120, 95, 55]], np.float32)
_BARK = np.array([[95, 75, 55], [150, 130, 105], [60, 50, 42], [110, 120, 70]], np.float32)


@distractor("plant")
def draw_plant(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A tuft of leaves with its shadow; small tufts look like moss."""
    height, width = background.shape[:2]
    pixels = background.copy()
    count = int(log_uniform(rng, 25, 200))
    length = max(1.5, log_uniform(rng, 3, 22) * scale)
    spread = length * math.sqrt(count) * rng.uniform(0.12, 0.4) * np.exp(rng.normal(0, 0.4, 2))
    centre = rng.uniform(0.1, 0.9, 2) * (width, height)
    hue = _LEAVES[int(rng.integers(len(_LEAVES)))]
    shadow = length * rng.uniform(0.2, 0.6) * np.array([math.cos(light), math.sin(light)])
    places = centre + rng.standard_normal((count, 2)) * spread
    sizes = length * rng.uniform(0.5, 1.2, count)
    turns, slim = rng.uniform(0, math.pi, count), rng.uniform(0.25, 0.7, count)
    tones = rng.uniform(0.55, 1.35, count)
    for place, size, turn, narrow in zip(places, sizes, turns, slim, strict=True):
        _leaf(pixels, place - shadow, size, turn, narrow, None)
    for place, size, turn, narrow, tone in zip(places, sizes, turns, slim, tones, strict=True):
        _leaf(pixels, place, size, turn, narrow, np.clip(hue * tone, 0, 255))
    return pixels


def _leaf(
    pixels: Surface,
    place: np.ndarray,
    length: float,
    turn: float,
    narrow: float,
    colour: np.ndarray | None,
) -> None:
    """Paint an ellipse of this colour, or a shadow if None, in place."""
    height, width = pixels.shape[:2]
    left, right = max(0, int(place[0] - length)), min(width, int(place[0] + length) + 1)
    top, bottom = max(0, int(place[1] - length)), min(height, int(place[1] + length) + 1)
    if left >= right or top >= bottom:
        return
    dx = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - place[0])
    dy = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - place[1])
    long = dx * np.float32(math.cos(turn)) + dy * np.float32(math.sin(turn))
    short = (dy * np.float32(math.cos(turn)) - dx * np.float32(math.sin(turn))) / narrow
    inside = np.clip((length / 2 - np.hypot(long, short)) * np.float32(narrow) + 0.5, 0, 1)
    area = pixels[top:bottom, left:right]
    paint = area * np.float32(0.65) if colour is None else colour.astype(np.float32)
    area += inside[..., None] * (paint - area)


@distractor("root")
def draw_root(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A root or tendril on the wall: round, tapering, with a shadow beside it."""
    height, width = background.shape[:2]
    pixels = background.copy()
    half = max(1.4, log_uniform(rng, 1.5, 7) * scale)  # a thinner one would be a hairline crack
    colour = _BARK[int(rng.integers(len(_BARK)))] * np.float32(rng.uniform(0.7, 1.3))
    start = rng.uniform(-0.05, 1.05, 2) * (width, height)
    main = _winding(start, rng.uniform(0, 2 * math.pi), max(height, width) * 0.9, rng)
    for twig in range(int(rng.integers(1, 5))):
        points, thick = main, half
        if twig:
            knot = main[int(rng.integers(2, len(main) - 1))]
            reach = max(height, width) * rng.uniform(0.1, 0.5)
            points, thick = _winding(knot, rng.uniform(0, 2 * math.pi), reach, rng), 0.7 * half
        _lay(pixels, points, thick, colour, light, rng)
    return pixels


def _winding(
    start: np.ndarray, heading: float, length: float, rng: np.random.Generator
) -> polyline.Points:
    """A polyline without kinks whose heading drifts."""
    steps = max(6, int(length / 6))
    turns = heading + np.cumsum(0.12 * profile(steps, 4, rng))
    return polyline.walk(start, turns, length / steps)


def _lay(
    pixels: Surface,
    points: polyline.Points,
    half: float,
    colour: np.ndarray,
    light: float,
    rng: np.random.Generator,
) -> None:
    height, width = pixels.shape[:2]
    cast = points - 1.5 * half * np.array([math.cos(light), math.sin(light)])
    band = polyline.band(height, width, cast, 2 * half + 2)
    shade = np.float32(rng.uniform(0.15, 0.5)) * np.clip(1.3 * half - np.abs(band.across), 0, 1)
    pixels[band.rows, band.columns] *= 1 - shade[:, None]
    band = polyline.band(height, width, points, half + 1)
    taper = 1 - 0.7 * band.along / max(float(polyline.arc_length(points)[-1]), 1.0)
    opacity = np.clip(half * taper - np.abs(band.across) + 0.5, 0, 1)[:, None]
    body = 0.85 + 0.4 * np.clip(band.across / half, -1, 1) * band.facing(light)[band.segment]
    there = (band.rows, band.columns)
    paint = np.clip(body[:, None] * colour, 0, 255).astype(np.float32)
    pixels[there] += opacity.astype(np.float32) * (paint - pixels[there])
