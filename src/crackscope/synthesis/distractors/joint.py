"""Construction and formwork joints: straight lines that are not cracks."""

import math

import numpy as np

from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.surface import (
    Field,
    Surface,
    grid,
    log_uniform,
    profile,
    shade,
    step,
    to_whole,
)


@distractor("joint")
def draw(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """One straight groove, open, filled or only a step between two pours; mostly upright or
    level."""
    level = float(rng.integers(2)) * math.pi / 2 + rng.normal(0, 0.03)
    slanted = rng.uniform(0, math.pi)
    direction = level if rng.random() < 0.75 else slanted
    width = max(log_uniform(rng, 1.2, 14) * scale, 0.8)
    along, across = _frame(background, direction, rng)
    surface = _pours(background, across, rng)
    return _groove(surface, along, across, width, direction, light, rng)


@distractor("blocks")
def draw_blocks(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Joints of blocks or tiles, every second course shifted by half a block."""
    height, width = background.shape[:2]
    x, y = grid(height, width)
    tall = scale * rng.uniform(60, 170)
    wide = tall * rng.uniform(1.0, 2.6)
    row = np.floor(y / tall + rng.random())
    bond = 0.5 if rng.random() < 0.7 else 0.0
    place = x / wide + bond * (row % 2) + rng.random()
    y_gap = to_whole(y / tall + 0 * x + rng.random()) * tall
    tones = rng.normal(1.0, 0.03, 997)
    cell = (np.floor(place) + 31 * row).astype(int) % 997
    x_gap = to_whole(place) * wide
    gap = np.minimum(x_gap, y_gap).astype(np.float32)
    joint = 1 - step(gap, log_uniform(rng, 0.8, 4) * scale, 1.0 + scale)
    depth = rng.uniform(-0.25, 0.55)
    factor = tones[cell] * (1 - depth * joint)
    return shade(background, factor)


def _frame(background: Surface, direction: float, rng: np.random.Generator) -> tuple[Field, Field]:
    """Coordinates along and across a line through a random point near the middle."""
    height, width = background.shape[:2]
    x, y = grid(height, width)
    x, y = (
        x - np.float32(width * rng.uniform(0.2, 0.8)),
        y - np.float32(height * rng.uniform(0.2, 0.8)),
    )
    cos, sin = np.float32(math.cos(direction)), np.float32(math.sin(direction))
    return x * cos + y * sin, y * cos - x * sin


def _pours(background: Surface, across: Field, rng: np.random.Generator) -> Surface:
    """A different grey on each side: two pours rarely have the same."""
    change = np.float32(rng.normal(0, 0.05))
    return shade(background, 1 + change * step(across, 0.0, 2.0))


def _groove(
    background: Surface,
    along: Field,
    across: Field,
    width: float,
    direction: float,
    light: float,
    rng: np.random.Generator,
) -> Surface:
    """A groove with straight edges: near wall in shadow, far lip lit, bottom dark or filled."""
    place = (along - along.min()).astype(np.intp)
    wear = profile(int(place.max()) + 1, 25, rng)[place] * np.float32(0.06 * width + 0.1)
    facing = -math.sin(direction) * math.cos(light) + math.cos(direction) * math.sin(light)
    floor = 1 - step(np.abs(across) + wear, width / 2, 1.0)
    filled = rng.random() < 0.4
    depth = rng.uniform(0.05, 0.3) if filled else rng.uniform(0.3, 0.8)
    slope = np.float32(math.copysign(1.0, facing)) * across / np.float32(width)
    shadow = np.clip(0.75 + slope, 0.3, 1.2) * np.float32(depth) * floor
    rim_place = -np.float32(math.copysign(width / 2 + 0.8, facing))
    rim = np.exp(-(((across - rim_place) / np.float32(0.6 + 0.06 * width)) ** 2))
    lit = np.float32(rng.uniform(0.0, 0.22) * abs(facing)) * rim
    return shade(background, 1 - shadow + lit)
