"""Shadows cast on the surface: straight edges, bars, soft blots."""

import math

import numpy as np

from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.surface import Surface, fractal, grid, log_uniform, shade, step

_SKYLIGHT = np.array([0.97, 1.0, 1.05], np.float32)


@distractor("shadow")
def draw(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """The shadow of an edge, a bar or leaves, slightly bluer than sunlight."""
    height, width = background.shape[:2]
    x, y = grid(height, width)
    softness = log_uniform(rng, 1.0, 30.0) * scale
    kind = rng.choice(3, p=(0.5, 0.35, 0.15))
    if kind == 2:
        size = min(height, width) * rng.uniform(0.12, 0.4)
        dapple = fractal(height, width, (size, size / 2, size / 4), rng, gain=0.6)
        opacity = step(dapple, rng.uniform(0.0, 0.8), rng.uniform(1.5, 3.5))
    else:
        angle = light + rng.normal(0, 0.8)
        bend = np.float32(rng.normal(0, 0.06) / width)
        along = (x - width / 2) * math.cos(angle) + (y - height / 2) * math.sin(angle)
        across = (y - height / 2) * math.cos(angle) - (x - width / 2) * math.sin(angle)
        across = across + bend * along**2 + np.float32(rng.uniform(-0.3, 0.3) * width)
        opacity = step(across, 0.0, softness)
        if kind == 1:
            opacity = opacity * step(-across, -log_uniform(rng, 4, 70) * scale, softness)
    depth = np.float32(rng.uniform(0.12, 0.55))
    dimmed = shade(background, 1 - depth * opacity)
    return np.clip(dimmed * (1 + (_SKYLIGHT - 1) * opacity[..., None]), 0, 255).astype(np.float32)
