"""Surface finishes: exposed aggregate, and the relief of plaster or boards."""

import numpy as np

from crackscope.synthesis.surface import (
    Field,
    Surface,
    blend,
    log_uniform,
    shade,
    slope_along,
    smooth,
    step,
)


def expose_aggregate(surface: Surface, rng: np.random.Generator) -> Surface:
    """Exposed aggregate: stones of a few pixels in the mortar."""
    height, width = surface.shape[:2]
    cell = log_uniform(rng, 2.5, 8.0)
    stones, tone = (smooth(height, width, cell * size, rng) for size in (1.0, 1.3))
    pigment = rng.uniform(0.82, 1.0) ** np.arange(3)  # from grey to ochre
    colour = surface.mean() * rng.uniform(0.6, 1.1) * pigment * np.exp(0.2 * tone)[..., None]
    opacity = step(stones, rng.uniform(-0.2, 0.6), 0.4) * np.float32(rng.uniform(0.2, 0.7))
    return np.clip(blend(surface, colour, opacity), 0.0, 255.0)


def roughen(surface: Surface, rng: np.random.Generator, light: float) -> Surface:
    """The relief of plaster or boards, lit from `light` (radians). Few walls are smooth."""
    height, width = surface.shape[:2]
    cell = log_uniform(rng, 1.2, 5.0)
    stretch = log_uniform(rng, 4.0, 40.0) if rng.random() < 0.35 else 1.0
    cells = (cell, cell * stretch) if rng.random() < 0.5 else (cell * stretch, cell)
    relief = smooth(height, width, cells, rng)
    if rng.random() < 0.3:
        relief += rng.uniform(0.5, 2.0) * _strokes(height, width, cell, rng)
    if rng.random() < 0.5:
        coarse = rng.uniform(0.5, 3.0)
        relief += coarse * smooth(height, width, 3.5 * cell, rng)
        relief /= np.float32(np.hypot(1.0, coarse / 3.5))
    slope = slope_along(relief, light)
    pits = np.clip(-relief - rng.uniform(0.8, 2.0), 0.0, 1.5)
    strength, depth = log_uniform(rng, 0.03, 0.25), rng.uniform(0.0, 0.3)
    return shade(surface, np.asarray(1 + strength * slope - depth * pits, np.float32))


def _strokes(height: int, width: int, cell: float, rng: np.random.Generator) -> Field:
    """Ridges left by a float or a trowel in some places of the render."""
    level, where = (smooth(height, width, cell * size, rng) for size in (3.0, 5.0))
    thin: Field = np.exp(-np.square(level / np.float32(0.15)))
    return thin * np.clip(where, 0.0, None)
