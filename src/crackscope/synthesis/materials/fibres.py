"""Wood, bark, cloth, carpet and metal: grain, gaps, fissures, weaves, rust."""

import math

import numpy as np

from crackscope.synthesis.materials import material
from crackscope.synthesis.surface import (
    Surface,
    coloured,
    fractal,
    grid,
    log_uniform,
    shade,
    slope_along,
    smooth,
)


@material("wood", cracks=False)
def draw_wood(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Boards with their grain, gaps, butt joints and checks."""
    x, y = grid(height, width)
    breadth = log_uniform(rng, 30, 260)
    board = y / np.float32(breadth) + np.float32(rng.random())
    number = np.floor(board)
    tones = np.exp(rng.normal(0, rng.uniform(0.02, 0.2), 97)).astype(np.float32)
    bend = 6 * smooth(height, width, (40.0, 220.0), rng)
    rings = np.sin((y + bend + 37 * (number % 7)) * np.float32(rng.uniform(0.15, 0.8)))
    fine = smooth(height, width, (1.4, log_uniform(rng, 20, 90)), rng)
    value = 1 + np.float32(rng.uniform(0.02, 0.12)) * rings + np.float32(0.08) * fine
    checks = np.clip(smooth(height, width, (1.6, 60.0), rng) - 2.1, 0, 1)
    gap = np.minimum(board - number, 1 - (board - number)) * np.float32(breadth)
    value = value * tones[number.astype(np.intp) % 97]
    value *= 1 - np.clip(np.float32(rng.uniform(0.5, 3)) - gap + 0.5, 0, 1) * rng.uniform(0.2, 0.9)
    value *= 1 - np.float32(rng.uniform(0, 0.8)) * checks
    colour = rng.uniform(60, 215) * np.array([1.0, *np.sort(rng.uniform(0.5, 1.0, 2))[::-1]])
    return coloured(value + 0 * x, colour)


@material("bark", cracks=False)
def draw_bark(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Ridges, with dark fissures between them that fork and join."""
    cell, long = log_uniform(rng, 8, 40), rng.uniform(2, 7)
    ridges = np.abs(smooth(height, width, (cell * long, cell), rng))
    ridges += np.float32(0.4) * np.abs(smooth(height, width, (cell * long / 3, cell / 2.5), rng))
    rough = fractal(height, width, (2.0, 5.0), rng)
    lit = slope_along(ridges + np.float32(0.03) * rough, rng.uniform(-math.pi, math.pi))
    value = np.clip(0.25 + np.sqrt(ridges), 0.15, 1.25) * (1 + 0.08 * rough)
    colour = rng.uniform(70, 170) * np.array([1.0, *np.sort(rng.uniform(0.6, 0.98, 2))[::-1]])
    return shade(coloured(value, colour), np.clip(1 + 1.5 * lit, 0.4, 1.5))


@material("cloth", cracks=False)
def draw_cloth(height: int, width: int, rng: np.random.Generator) -> Surface:
    """A weave, near or far, with threads of uneven thickness, and folds."""
    x, y = grid(height, width)
    pitch = log_uniform(rng, 2.5, 16)
    warp = 0.6 * smooth(height, width, 30.0, rng)
    across, down = (x + warp * 2) / np.float32(pitch), (y - warp * 2) / np.float32(pitch)
    over = (np.floor(across) + np.floor(down) * float(rng.integers(1, 3))) % 2 < 1
    thread = np.where(over, np.sin(math.pi * (down % 1)), np.sin(math.pi * (across % 1)))
    slub = np.where(
        over,
        smooth(height, width, (pitch, 60.0), rng),
        smooth(height, width, (60.0, pitch), rng),
    )
    folds = smooth(height, width, (log_uniform(rng, 60, 400), log_uniform(rng, 60, 400)), rng)
    value = 0.65 + 0.35 * thread + 0.07 * slub + np.float32(rng.uniform(0, 0.12)) * folds
    return coloured(value, rng.uniform(40, 225, 3) * 0.5 + 0.5 * rng.uniform(40, 225))


@material("carpet", cracks=False)
def draw_carpet(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Loops or pile in rows, flecked or striped."""
    x, y = grid(height, width)
    pitch = log_uniform(rng, 3, 12)
    loops = np.sin(x * np.float32(2 * math.pi / pitch)) * np.sin(y * np.float32(6 / pitch) + 1)
    pile = smooth(height, width, (log_uniform(rng, 1.3, 3.0), log_uniform(rng, 1.3, 5.0)), rng)
    flecks = smooth(height, width, log_uniform(rng, 2, 9), rng)
    stripes = np.sin(x * np.float32(2 * math.pi / log_uniform(rng, 12, 160)) + rng.uniform(0, 6))
    value = 1 + rng.uniform(0, 0.25) * loops + rng.uniform(0.05, 0.25) * pile
    value = value + rng.uniform(0, 0.2) * flecks + rng.uniform(0, 0.25) * (stripes > 0.3)
    return coloured(value, rng.uniform(30, 200, 3) * 0.5 + 0.5 * rng.uniform(30, 200))


@material("metal", cracks=False)
def draw_metal(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Brushed or painted sheet, flat or corrugated, scratched, with rust."""
    x, _ = grid(height, width)
    brushed = smooth(height, width, (log_uniform(rng, 40, 400), 1.3), rng)
    value = 1 + np.float32(rng.uniform(0.0, 0.08)) * brushed
    value = value + np.float32(0.05) * smooth(height, width, 150.0, rng)
    if rng.random() < 0.5:
        wave = np.sin(x * np.float32(2 * math.pi / log_uniform(rng, 15, 120)))
        sharp = np.float32(rng.uniform(0.5, 6))
        value = value * (1 + np.float32(rng.uniform(0.1, 0.4)) * np.tanh(sharp * wave))
    surface = coloured(value, rng.uniform(60, 220) * (1 + rng.normal(0, 0.15, 3)))
    rust = np.clip(
        smooth(height, width, 50.0, rng) + fractal(height, width, (12.0, 4.0), rng), 0, 3
    )
    opacity = np.clip(rust - rng.uniform(0.8, 4.0), 0, 1)[..., None]
    rusty = np.array([105, 60, 35], np.float32) * (1 + 0.2 * brushed[..., None])
    return np.asarray(np.clip(surface + (rusty - surface) * opacity, 0, 255), np.float32)
