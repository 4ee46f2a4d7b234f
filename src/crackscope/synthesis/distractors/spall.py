"""Spalls: missing concrete skin, and flaking paint or render."""

import math

import numpy as np

from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.surface import (
    Field,
    Surface,
    blend,
    fractal,
    grid,
    log_uniform,
    shade,
    slope_along,
    step,
)


@distractor("spall")
def draw(
    background: Surface,
    rng: np.random.Generator,
    *,
    light: float = -2.0,
    scale: float = 1.0,
    centre: tuple[float, float] | None = None,
) -> Surface:
    """A ragged, slightly deeper area: rim lit or in shadow, rough bottom.

    `centre` in pixels; random if not given.
    """
    height, width = background.shape[:2]
    radius = log_uniform(rng, 8, 70) * scale
    x, y = grid(height, width)
    anywhere = (rng.uniform(0.05, 0.95) * width, rng.uniform(0.05, 0.95) * height)
    middle = anywhere if centre is None else centre
    dx, dy = x - np.float32(middle[0]), y - np.float32(middle[1])
    ragged = fractal(height, width, (radius, radius / 3, max(1.5, radius / 9)), rng, gain=0.5)
    stretch = math.exp(rng.normal(0, 0.4))
    inside = 1 - np.hypot(dx * stretch, dy / stretch) / np.float32(radius) + 0.35 * ragged
    opacity = step(inside, 0.0, log_uniform(rng, 2, 6) / radius)
    cell = log_uniform(rng, 1.2, 6) * scale + 0.6
    rough = fractal(height, width, (2.5 * cell, cell), rng, gain=0.8)
    slope = slope_along(rough, light)
    tint = rng.uniform(0.75, 1.15) * rng.uniform(0.93, 1.0) ** np.arange(3)
    floor = shade(background * tint.astype(np.float32), 1 + rng.uniform(0.05, 0.3) * slope)
    dented = blend(background, floor, opacity)
    towards = slope_along(_blurred(opacity), light)
    return shade(dented, 1 + np.float32(log_uniform(rng, 0.5, 2.5)) * np.clip(towards, -0.25, 0.08))


def _blurred(opacity: Field) -> Field:
    """Means of 3 x 3 pixels."""
    padded = np.pad(opacity, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9, np.float32)
