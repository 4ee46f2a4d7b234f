"""Concrete without a crack: grain, relief, pores, formwork boards, brush marks, uneven light."""

import math
from typing import Literal, get_args

import numpy as np

from crackscope.synthesis.surface import (
    Field,
    Surface,
    fractal,
    grid,
    log_uniform,
    smooth,
    step,
)

Finish = Literal["trowelled", "rough", "boarded", "brushed"]
FINISHES: tuple[Finish, ...] = get_args(Finish)
_FREQUENCY = (0.52, 0.26, 0.14, 0.08)


def texture(
    height: int,
    width: int,
    rng: np.random.Generator,
    tone: float | None = None,
    grain: float = 1.0,
    light: float = -2.0,
    finish: Finish | None = None,
) -> Surface:
    """(height, width, 3) float32, 0 to 255.

    `tone` is the mean grey; `grain` the size of the texture, 1 for a close-up (METU) and about
    0.4 for a wall from some metres; `light` the direction to the light in radians, clockwise
    from the right. Arguments that are not given are sampled from `rng`.
    """
    chosen = FINISHES[int(rng.choice(len(FINISHES), p=_FREQUENCY))] if finish is None else finish
    grey = float(np.clip(rng.normal(172, 26), 75, 215)) if tone is None else tone
    value = _albedo(height, width, rng, grain)
    value += _relief(height, width, rng, grain, light, rough=chosen == "rough")
    if chosen == "boarded":
        value += _boards(height, width, rng, grain)
    if chosen == "brushed":
        value += _brush_marks(height, width, rng, grain)
    value += _specks(height, width, rng, grain)
    value *= _uneven_light(height, width, rng) * np.float32(grey / 172)
    return _coloured(value + np.float32(grey), rng)


def _albedo(height: int, width: int, rng: np.random.Generator, grain: float) -> Field:
    """Cement skin and clouding; amplitudes follow the octaves of sound METU patches."""
    strength = log_uniform(rng, 0.7, 1.5)
    cells = tuple(max(1.0, grain * cell) for cell in (3.0, 7.0, 16.0, 38.0))
    value = fractal(height, width, cells, rng, gain=1.12) * np.float32(1.7 * strength)
    clouds = (min(height, width) * 0.5, min(height, width) * 0.2)
    value += fractal(height, width, clouds, rng, gain=0.7) * np.float32(3.0 * strength)
    return value + rng.standard_normal((height, width), dtype=np.float32)


def _relief(
    height: int, width: int, rng: np.random.Generator, grain: float, light: float, rough: bool
) -> Field:
    """Small bumps: bright towards the light, dark away from it."""
    cell = max(1.6, grain * (log_uniform(rng, 3, 6) if rough else log_uniform(rng, 5, 11)))
    bumps = smooth(height + 2, width + 2, cell, rng)
    across = bumps[1:-1, 2:] - bumps[1:-1, :-2]
    down = bumps[2:, 1:-1] - bumps[:-2, 1:-1]
    slope = across * np.float32(math.cos(light)) + down * np.float32(math.sin(light))
    height_px = log_uniform(rng, 4, 12) if rough else log_uniform(rng, 0.8, 3.5)
    return np.asarray(-slope * np.float32(height_px * cell / 4), np.float32)


def _boards(height: int, width: int, rng: np.random.Generator, grain: float) -> Field:
    """Prints of formwork boards, each with its own grey and wood grain."""
    board = grain * rng.uniform(70, 140)
    upright = rng.random() < 0.5
    length, breadth = (height, width) if upright else (width, height)
    wood = smooth(length, breadth, (grain * 160, grain * 3), rng)
    wood += smooth(length, breadth, (grain * 90, grain * 9), rng)
    place = np.arange(breadth) / board + rng.random()
    tones = rng.normal(0, 5, int(place[-1]) + 2)[place.astype(int)]
    near_edge = np.minimum(place % 1, 1 - place % 1) * board
    lines = -rng.uniform(3, 9) * np.exp(-((near_edge / (0.8 + grain)) ** 2))
    value = wood * np.float32(rng.uniform(1.2, 2.6)) + (tones + lines).astype(np.float32)[None]
    return np.ascontiguousarray(value if upright else value.T, np.float32)


def _brush_marks(height: int, width: int, rng: np.random.Generator, grain: float) -> Field:
    """Fine slanting streaks, as left by a broom or a float."""
    lean = rng.uniform(-0.6, 0.6)
    reach = int(abs(lean) * height) + 1
    straight = smooth(height, width + reach, (grain * rng.uniform(60, 200), grain * 2.2), rng)
    slant = lean * np.arange(height)
    columns = np.arange(width)[None] + (slant - slant.min()).astype(int)[:, None]
    value = np.take_along_axis(straight, columns, axis=1) * np.float32(rng.uniform(1, 3.2))
    return value if rng.random() < 0.5 or height != width else value.T


def _specks(height: int, width: int, rng: np.random.Generator, grain: float) -> Field:
    """Pores (dark) and grains of sand (bright): rare peaks of fine noise."""
    pores = smooth(height, width, max(1.5, 3.2 * grain), rng)
    dark = step(pores, rng.uniform(3.0, 3.9), 0.7) * np.float32(-rng.uniform(20, 75))
    if rng.random() < 0.5:
        return dark
    grains = smooth(height, width, max(1.4, 2.6 * grain), rng)
    bright = step(grains, rng.uniform(3.1, 3.9), 0.8) * np.float32(rng.uniform(10, 40))
    return np.asarray(dark + bright, np.float32)


def _uneven_light(height: int, width: int, rng: np.random.Generator) -> Field:
    x, y = grid(height, width)
    slope = rng.normal(0, 0.05, 2).astype(np.float32)
    lit = 1 + slope[0] * (x / width - 0.5) + slope[1] * (y / height - 0.5)
    return np.asarray(lit, np.float32)


def _coloured(value: Field, rng: np.random.Generator) -> Surface:
    """Light grey to beige, sometimes slightly green or blue."""
    warmth, green = rng.normal(0.03, 0.022), rng.normal(0.0, 0.006)
    tint = np.array([1 + warmth, 1 + green, 1 - warmth], np.float32)
    channels = np.stack([value * channel for channel in tint], axis=2)
    return np.asarray(np.clip(channels, 0.0, 255.0), np.float32)
