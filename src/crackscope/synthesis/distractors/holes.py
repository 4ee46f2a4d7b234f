"""Holes: bugholes from trapped air, and the round marks of formwork ties."""

import math

import numpy as np

from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.surface import Surface, log_uniform


@distractor("bugholes")
def draw_bugholes(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A few to a few dozen round or elongated holes."""
    pixels = background.copy()
    height, width = background.shape[:2]
    for _ in range(int(log_uniform(rng, 3, 30))):
        centre = rng.uniform(0, width), rng.uniform(0, height)
        radius = max(0.8, log_uniform(rng, 1.2, 7) * scale)
        _hole(pixels, centre, radius, log_uniform(rng, 1, 2.5), rng, light)
    return pixels


@distractor("tie_marks")
def draw_tie_marks(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """One to three large round marks in a row: open cones, or cones plugged with mortar."""
    pixels = background.copy()
    height, width = background.shape[:2]
    radius = log_uniform(rng, 9, 26) * scale
    y, gap = rng.uniform(0.15, 0.85) * height, width * rng.uniform(0.45, 0.8)
    x = rng.uniform(0.1, 0.9) * width
    for place in (x - gap, x, x + gap):
        _hole(pixels, (place, y + rng.normal(0, 2)), radius, 1.0, rng, light, ragged=0.01)
    return pixels


def _hole(
    pixels: Surface,
    centre: tuple[float, float],
    radius: float,
    stretch: float,
    rng: np.random.Generator,
    light: float,
    ragged: float = 0.11,
) -> None:
    """Paint one hole in place."""
    height, width = pixels.shape[:2]
    reach = radius * stretch + 4
    left, right = max(0, int(centre[0] - reach)), min(width, int(centre[0] + reach) + 1)
    top, bottom = max(0, int(centre[1] - reach)), min(height, int(centre[1] + reach) + 1)
    if left >= right or top >= bottom:
        return
    dx = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - centre[0])
    dy = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - centre[1])
    turn = rng.uniform(0, math.pi)
    long, short = (
        dx * math.cos(turn) + dy * math.sin(turn),
        dy * math.cos(turn) - dx * math.sin(turn),
    )
    angle = np.arctan2(short, long)
    two, three = rng.normal(0, ragged, 2)
    lobes = 1 + two * np.cos(2 * angle) + three * np.cos(3 * angle + 1)
    distance = np.hypot(long / stretch, short) / lobes - radius
    inside = np.clip(0.5 - distance, 0, 1)
    towards = (dx * math.cos(light) + dy * math.sin(light)) / np.float32(radius * stretch)
    depth = rng.uniform(0.15, 0.75)
    floor = 1 - depth * np.clip(0.6 + 0.5 * towards, 0.15, 1.0)
    rim = np.exp(-(((distance - 0.6) / 0.9) ** 2)) * np.clip(-towards, 0, 1) * rng.uniform(0, 0.2)
    factor = (1 + rim) * (1 - inside) + floor * inside
    area = pixels[top:bottom, left:right]
    np.clip(area * factor[..., None], 0, 255, out=area)
