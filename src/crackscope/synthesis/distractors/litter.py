"""Litter: twigs, straw, needles and hairs."""

import math

import numpy as np

from crackscope.synthesis import polyline, strokes
from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.polyline import Points
from crackscope.synthesis.surface import Surface, log_uniform

_TWIGS = np.array([[95, 75, 55], [60, 48, 38], [150, 125, 90], [35, 30, 26]], np.float32)


@distractor("twigs")
def draw_twigs(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A few forked twigs, each with its shadow."""
    height, width = background.shape[:2]
    pixels = background
    for _ in range(int(rng.integers(1, 5))):
        half = max(0.6, log_uniform(rng, 0.8, 5) * scale)
        start = rng.uniform(0, 1, 2) * (width, height)
        length = log_uniform(rng, 0.1, 0.9) * max(height, width)
        lines = list(_fork(start, rng.uniform(0, 2 * math.pi), length, 2 * half, rng))
        far = half * rng.uniform(0.5, 2.5)
        colour = _TWIGS[int(rng.integers(len(_TWIGS)))] * np.float32(rng.uniform(0.7, 1.4))
        covered = strokes.cover(height, width, lines)
        pixels = strokes.lay(
            pixels, covered, colour, light=light, far=far, depth=rng.uniform(0.1, 0.5)
        )
    return pixels


@distractor("straw")
def draw_straw(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Straw, needles or hairs, few or many, pale or dark."""
    height, width = background.shape[:2]
    count = int(log_uniform(rng, 4, 120))
    thick = max(0.5, log_uniform(rng, 0.6, 2.5) * scale)
    length = log_uniform(rng, 12, 120) * scale + 6
    middle, spread = rng.uniform(0, 1, 2), rng.uniform(0.1, 0.6)
    lines = []
    for _ in range(count):
        start = (middle + spread * rng.standard_normal(2)) * (width, height)
        track = _bent(start, rng.uniform(0, 2 * math.pi), length * rng.uniform(0.4, 1.5), rng)
        lines.append((track, thick))
    colour = rng.uniform(25, 235) * np.array([1.0, rng.uniform(0.85, 1), rng.uniform(0.6, 1)])
    covered = strokes.cover(height, width, lines)
    return strokes.lay(
        background, covered, colour, light=light, far=1.5 * thick, depth=rng.uniform(0.0, 0.4)
    )


def _fork(
    start: Points, heading: float, length: float, thick: float, rng: np.random.Generator
) -> list[tuple[Points, float]]:
    """A twig of straight segments; side twigs may leave at each bend."""
    points, lines = [start], []
    pieces = int(rng.integers(2, 6))
    for piece in range(pieces):
        heading += rng.normal(0, 0.25)
        step = length / pieces
        points.append(points[-1] + step * np.array([math.cos(heading), math.sin(heading)]))
        if thick > 1.0 and rng.random() < 0.5:
            turn = heading + float(rng.choice([-1, 1])) * rng.uniform(0.4, 1.1)
            reach = length * rng.uniform(0.15, 0.5) * (1 - piece / pieces)
            lines += _fork(points[-1], turn, reach, 0.6 * thick, rng)
    track = np.array(points)
    half = len(track) // 2
    return [*lines, (track[: half + 1], thick), (track[half:], 0.75 * thick)]


def _bent(start: Points, heading: float, length: float, rng: np.random.Generator) -> Points:
    turns = heading + rng.normal(0, 0.5) * np.linspace(0, 1, 5, endpoint=False)
    return polyline.walk(start, turns, length / 5)
