"""Mineral materials: plain concrete, render with its relief, mortar, rock, veined stone."""

import math

import numpy as np

from crackscope.synthesis import concrete, finish
from crackscope.synthesis.materials import material
from crackscope.synthesis.surface import (
    Surface,
    coloured,
    fractal,
    log_uniform,
    shade,
    slope_along,
    smooth,
)


@material("concrete", cracks=True)
def draw_concrete(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Trowelled, rough, boarded or brushed; dark as well as light."""
    tone = rng.uniform(55, 220)
    grain = log_uniform(rng, 0.35, 1.4)
    return concrete.texture(height, width, rng, tone=tone, grain=grain)


@material("render", cracks=True)
def draw_render(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Painted render of any colour: almost only its relief is visible."""
    colour = rng.uniform(90, 235) * np.sort(rng.uniform(0.72, 1.0, 3))[::-1]
    if rng.random() < 0.2:
        colour = colour[rng.permutation(3)]
    value = 1 + np.float32(0.02) * fractal(height, width, (3.0, 30.0, 150.0), rng)
    return finish.roughen(coloured(value, colour), rng, rng.uniform(-math.pi, math.pi))


@material("sanded", cracks=True)
def draw_sanded(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Mortar, sandstone, screed: grains of a pixel or two, broad clouds."""
    grains = rng.standard_normal((height, width), dtype=np.float32) * np.float32(rng.uniform(2, 12))
    clouds = fractal(height, width, (8.0, 30.0, 110.0), rng, gain=1.2)
    value = rng.uniform(60, 215) + grains + np.float32(rng.uniform(1, 6)) * clouds
    tint = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.75, 1.0)])
    return coloured(value, tint)


@material("rock", cracks=False)
def draw_rock(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Broken rock, soil or snow: steep relief at all scales, sometimes layered."""
    stretch = log_uniform(rng, 1.0, 6.0)
    relief = np.zeros((height, width), np.float32)
    for cell in (90.0, 40.0, 18.0, 8.0, 4.0):
        relief += np.float32(cell) * np.abs(smooth(height, width, (cell, cell * stretch), rng))
    slope = slope_along(relief, rng.uniform(-math.pi, math.pi))
    tone = rng.uniform(50, 215) * np.sort(rng.uniform(0.7, 1.0, 3))[::-1]
    value = 1 + np.float32(0.1) * fractal(height, width, (3.0, 20.0, 100.0), rng)
    surface = np.asarray(value[..., None] * tone.astype(np.float32), np.float32)
    return shade(surface, np.clip(1 + np.float32(rng.uniform(0.02, 0.09)) * slope, 0.15, 1.7))


@material("veined", cracks=False)
def draw_veined(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Polished stone: soft veins, wide and narrow, with gaps."""
    ground = rng.uniform(40, 235)
    vein = rng.uniform(170, 245) if ground < 130 else rng.uniform(60, 175)
    opacity = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        level = fractal(height, width, (120.0, 45.0, 14.0), rng, gain=0.45)
        thin = log_uniform(rng, 0.02, 0.15)
        fade = np.clip(smooth(height, width, 70.0, rng), 0, 1)
        opacity = np.maximum(opacity, fade * np.exp(-np.square(level / np.float32(thin))))
    clouds = 1 + np.float32(0.05) * fractal(height, width, (60.0, 20.0, 5.0), rng)
    value = (ground + (vein - ground) * np.float32(0.7) * opacity) * clouds
    tint = np.array([1.0, rng.uniform(0.92, 1.0), rng.uniform(0.82, 1.04)])
    return coloured(value, tint)
