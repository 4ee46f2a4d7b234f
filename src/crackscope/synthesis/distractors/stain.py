"""Stains: damp, soot, rust that runs down, efflorescence."""

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
    smooth,
    step,
)

_DAMP = np.array([0.72, 0.70, 0.66], np.float32)
_SOOT = np.array([0.50, 0.49, 0.47], np.float32)
_RUST = np.array([0.80, 0.56, 0.34], np.float32)
_SALT = np.array([238, 236, 230], np.float32)


@distractor("blot")
def draw_blot(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A damp or sooty area with a ragged, often darker rim, or a crust of salt."""
    del light
    height, width = background.shape[:2]
    size = min(height, width) * rng.uniform(0.15, 0.45)
    cells = tuple(max(1.5, size / part) for part in (1, 3, 8, 20, 50))
    value = fractal(height, width, cells, rng, gain=0.58)
    edge, softness = rng.uniform(0.3, 1.1), log_uniform(rng, 0.25, 2.0)
    opacity = step(value, edge, softness)
    if rng.random() < 0.3:
        crust = 0.5 + 0.35 * smooth(height, width, max(1.5, 4 * scale), rng)
        return blend(
            background, _SALT, opacity * np.clip(crust, 0, 1) * np.float32(rng.uniform(0.2, 0.7))
        )
    rim = np.exp(-(((value - edge) / 0.12) ** 2)) * np.float32(rng.uniform(0, 0.2))
    colour = _DAMP if rng.random() < 0.6 else _SOOT
    strength = np.float32(rng.uniform(0.2, 0.75))
    return blend(background, background * colour, np.clip(opacity * strength + rim, 0, 1))


@distractor("streaks")
def draw_streaks(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Streaks of dirt, rust or lime that run down from an edge or a spot and fade."""
    del light
    height, width = background.shape[:2]
    x, y = grid(height, width)
    breadth = log_uniform(rng, 3, 24) * scale
    runs = smooth(height, width, (height * rng.uniform(0.5, 2), breadth), rng)
    runs += 0.5 * smooth(height, width, (height * 0.4, max(1.2, breadth / 3)), rng)
    top = np.float32(rng.uniform(-0.4, 0.4) * height)
    reach = np.exp(0.6 * smooth(1, width, breadth, rng)) * np.float32(
        height * rng.uniform(0.2, 0.7)
    )
    below = np.maximum(y - top, 0)
    fade = np.exp(-below / reach) * step(y - top, 0.0, rng.uniform(0.02, 0.3) * height)
    opacity = np.clip(runs * 0.4 + 0.1, 0, 1) * fade * _where(x, width, rng)
    colour, opaque = _run_colour(rng)
    strength = np.float32(rng.uniform(0.3, 0.85))
    paint = np.broadcast_to(colour, background.shape) if opaque else background * colour
    return blend(background, paint, opacity * strength)


def _where(x: Field, width: int, rng: np.random.Generator) -> Field:
    """Weights along the width: everywhere, or around one spot."""
    if rng.random() < 0.5:
        return np.ones_like(x)
    centre, spread = rng.uniform(0, width), width * rng.uniform(0.04, 0.25)
    return np.asarray(np.exp(-(((x - centre) / spread) ** 2)), np.float32)


def _run_colour(rng: np.random.Generator) -> tuple[np.ndarray, bool]:
    kind = rng.choice(4, p=(0.35, 0.2, 0.25, 0.2))
    return ((_DAMP, False), (_SOOT, False), (_RUST, False), (_SALT, True))[int(kind)]


@distractor("rust_spot")
def draw_rust_spot(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Rust around a nail or a tie wire: a dark core in an orange halo."""
    del light
    height, width = background.shape[:2]
    x, y = grid(height, width)
    radius = log_uniform(rng, 3, 22) * scale
    wobble = np.exp(0.25 * smooth(height, width, max(2.0, radius), rng))
    dx, dy = x - rng.uniform(0.1, 0.9) * width, y - rng.uniform(0.1, 0.9) * height
    distance = np.hypot(dx, dy * math.exp(rng.normal(0, 0.2))) / np.float32(radius) * wobble
    halo = np.exp(-(distance**2) / 2) * np.float32(rng.uniform(0.5, 1))
    core = 1 - step(distance, 0.3, 0.4)
    rusty = blend(background, background * _RUST, np.clip(halo, 0, 1))
    return blend(rusty, rusty * np.float32(0.35), core * np.float32(rng.uniform(0.0, 0.9)))
