"""Masonry: courses of bricks, and rubble, in mortar. Its joints form nets, as cracks may."""

import math

import numpy as np

from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.surface import (
    Field,
    Surface,
    blend,
    grid,
    log_uniform,
    shade,
    slope_along,
    smooth,
    step,
    to_whole,
)

_TONES = 997
"""Number of different tones of the stones of one wall."""


@distractor("bricks")
def draw_bricks(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Courses of bricks, every second one shifted, with uneven edges and wide mortar joints."""
    height, width = background.shape[:2]
    tall = scale * log_uniform(rng, 25, 110)
    wide = tall * rng.uniform(1.8, 4.2)
    x, y = _worn(height, width, rng, tall)
    course = y / tall + np.float32(rng.random())
    row = np.floor(course)
    place = x / wide + np.float32(rng.uniform(0.2, 0.5)) * (row % 2) + np.float32(rng.random())
    column = np.floor(place)
    gap = np.minimum(to_whole(place) * np.float32(wide), to_whole(course) * np.float32(tall))
    stone = (column * 31 + row * 57).astype(np.intp) % _TONES
    return _lay(background, gap, stone, tall * rng.uniform(0.03, 0.11), light, rng)


@distractor("rubble")
def draw_rubble(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Stones of irregular shape with wide joints."""
    height, width = background.shape[:2]
    size = scale * log_uniform(rng, 40, 130)
    x, y = _worn(height, width, rng, size)
    x, y = x / np.float32(size * rng.uniform(1.0, 1.8)), y / np.float32(size)
    nearest, second, stone = _two_nearest(x, y, rng)
    gap = (second - nearest) * np.float32(0.5 * size)
    return _lay(background, gap, stone, size * rng.uniform(0.04, 0.1), light, rng)


def _worn(height: int, width: int, rng: np.random.Generator, size: float) -> tuple[Field, Field]:
    """Coordinates (H, W) of a slightly rotated wall, distorted to chip the edges of stones."""
    x, y = grid(height, width)
    lean = rng.normal(0, 0.03) if rng.random() < 0.85 else rng.uniform(-math.pi, math.pi)
    cos, sin = np.float32(math.cos(lean)), np.float32(math.sin(lean))
    chip = np.float32(size * rng.uniform(0.005, 0.03))
    uneven = [chip * smooth(height, width, 0.15 * size + 2, rng) for _ in range(2)]
    return x * cos - y * sin + uneven[0], x * sin + y * cos + uneven[1]


def _two_nearest(x: Field, y: Field, rng: np.random.Generator) -> tuple[Field, Field, np.ndarray]:
    """Distances to the two nearest points (one point per unit cell), and the nearest's number."""
    left, top = math.floor(x.min()) - 1, math.floor(y.min()) - 1
    columns, rows = math.ceil(x.max()) - left + 2, math.ceil(y.max()) - top + 2
    points = rng.uniform(0.1, 0.9, (rows, columns, 2)).astype(np.float32)
    column, row = np.floor(x).astype(np.intp) - left, np.floor(y).astype(np.intp) - top
    nearest = np.full(x.shape, np.inf, np.float32)
    second, number = nearest.copy(), np.zeros(x.shape, np.intp)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            i, j = row + down, column + right
            point = points[i, j]
            distance = np.hypot(point[..., 0] + j + left - x, point[..., 1] + i + top - y)
            closer = distance < nearest
            second = np.where(closer, nearest, np.minimum(second, distance))
            nearest = np.where(closer, distance, nearest)
            number = np.where(closer, i * columns + j, number)
    return nearest, second, number % _TONES


def _lay(
    background: Surface,
    gap: Field,
    stone: np.ndarray,
    half: float,
    light: float,
    rng: np.random.Generator,
) -> Surface:
    """Stones of different tones, and mortar within `half` px of the middle of the joints."""
    height, width = gap.shape
    pigment = np.array([1.0, *np.sort(rng.uniform(0.45, 1.0, 2))[::-1]], np.float32)
    strength = np.float32(rng.random() if rng.random() < 0.6 else 0.0)  # from painted to red
    tones = np.exp(rng.normal(0, rng.uniform(0.02, 0.2), _TONES)).astype(np.float32)
    coloured = background * (1 + strength * (pigment - 1))
    wall = shade(coloured, np.float32(log_uniform(rng, 0.45, 1.1)) * tones[stone])
    mean = float(wall.mean())
    mortar = np.clip(mean * log_uniform(rng, 0.5, 1.9), 25, 235)
    mortar = mortar * np.sort(rng.uniform(0.88, 1.0, 3))[::-1]  # never bluish
    grain = 1 + np.float32(0.06) * smooth(height, width, 2.0, rng)
    inside = step(gap, max(half, 0.6), 1.0 + 0.25 * half)
    wall = blend(wall, mortar * grain[..., None], 1 - inside)
    relief = np.float32(rng.uniform(0.0, 0.35)) * slope_along(inside, light)
    return shade(wall, 1 - relief)
