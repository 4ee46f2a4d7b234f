"""Parallel edges: ledges, mouldings, and the imprint of boards."""

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
    smooth,
)


@distractor("ledge")
def draw_ledge(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A few parallel bands of different tones, straight or along an arc, stepped or rounded."""
    height, width = background.shape[:2]
    across, facing = _across(height, width, rng, light)
    edges = np.cumsum(np.exp(rng.uniform(math.log(3), math.log(70), 8))) * scale
    edges = edges[: int(rng.integers(1, 8))]
    edges += rng.uniform(across.min(), across.max()) - 0.5 * edges[-1]
    place = np.arange(math.floor(across.min()), math.ceil(across.max()) + 2, dtype=np.float32)
    tones = np.full(len(place), 1.0, np.float32)
    for edge in edges:
        beyond = place - np.float32(edge)
        softness = log_uniform(rng, 0.6, 12) * scale
        rise = 1 / (1 + np.exp(np.clip(-beyond / np.float32(softness), -40, 40)))
        tones += np.float32(rng.normal(0, 0.12)) * rise
        reach = log_uniform(rng, 1.5, 25) * scale
        cast = np.exp(-np.abs(beyond) / np.float32(reach)) * (beyond * facing > 0)
        tones -= np.float32(rng.uniform(0, 0.5) * (rng.random() < 0.7)) * cast
    factor = np.interp(across, place, np.clip(tones, 0.08, 1.8))
    return shade(background, np.asarray(factor, np.float32))


@distractor("boards")
def draw_boards(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """The grain of boards, with open, filled or raised seams between them."""
    height, width = background.shape[:2]
    upright = rng.random() < 0.5
    long, short = (height, width) if upright else (width, height)
    facing = math.cos(light) if upright else math.sin(light)
    breadth = rng.uniform(40, 160) * scale
    _, y = grid(short, long)
    board = y / np.float32(breadth) + np.float32(rng.random())
    number = np.floor(board).astype(np.intp)
    seams = rng.normal(0, 1, (int(number.max()) + 2, 3))
    cell = log_uniform(rng, 1.3, 5) * scale + 0.5
    grain = smooth(short, long, (cell, cell * log_uniform(rng, 8, 60)), rng)
    slope = np.gradient(grain, axis=0)
    factor = 1 + np.float32(rng.uniform(0.03, 0.2) * facing) * slope
    factor += np.float32(0.05) * seams[number, 0].astype(np.float32)
    gap = (0.5 - np.abs(board - number - 0.5)) * np.float32(breadth)
    wear = profile(long, 20, rng)[None] * np.float32(0.4)
    half = np.maximum(np.abs(seams[number, 1]) * 1.5 * scale, 0.6).astype(np.float32)
    depth = np.clip(0.3 * seams[number, 2] + 0.2, -0.25, 0.7).astype(np.float32)
    factor = factor - depth * np.clip(half + wear - gap + 0.5, 0, 1)
    return shade(background, np.asarray(factor.T if upright else factor, np.float32))


def _across(height: int, width: int, rng: np.random.Generator, light: float) -> tuple[Field, float]:
    """Distance across the edges in pixels, and the side that the light comes from (-1 or 1)."""
    x, y = grid(height, width)
    level = float(rng.integers(2)) * math.pi / 2 + rng.normal(0, 0.04)
    direction = level if rng.random() < 0.7 else rng.uniform(0, math.pi)
    facing = math.copysign(1.0, math.sin(light - direction))
    middle_x, middle_y = x - np.float32(width / 2), y - np.float32(height / 2)
    if rng.random() < 0.8:
        return middle_y * math.cos(direction) - middle_x * math.sin(direction), facing
    radius = min(height, width) * log_uniform(rng, 0.3, 3)
    from_centre = np.hypot(
        middle_x + np.float32(radius * math.sin(direction)),
        middle_y - np.float32(radius * math.cos(direction)),
    )
    return from_centre - np.float32(radius), facing
