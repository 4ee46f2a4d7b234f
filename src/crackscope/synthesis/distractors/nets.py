"""Nets: wire mesh, chain link, spider webs, and the shadows of railings and scaffolds."""

import math

import numpy as np

from crackscope.synthesis import polyline, strokes
from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.polyline import Points
from crackscope.synthesis.surface import Surface, blurred, log_uniform, shade

Lines = list[tuple[Points, float]]


@distractor("mesh")
def draw_mesh(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A wire mesh or chain link in front of the surface with its shadow, or exposed rusty bars."""
    height, width = background.shape[:2]
    pitch = max(8.0, log_uniform(rng, 18, 110) * scale)
    thick = max(0.6, pitch * rng.uniform(0.02, 0.1))
    lines = _link(height, width, pitch, thick, rng)
    if rng.random() < 0.6:
        lines = _bars(height, width, pitch, thick, rng)
    covered = strokes.cover(height, width, lines)
    rusty = np.array([115, 70, 45]) * rng.uniform(0.6, 1.2)
    colour = rusty if rng.random() < 0.3 else np.full(3, rng.uniform(30, 225))
    far = thick * rng.uniform(0.5, 6)
    return strokes.lay(
        background, covered, colour, light=light, far=far, depth=rng.uniform(0.0, 0.5)
    )


@distractor("web")
def draw_web(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A spider's web: bright or dusty threads, radial and circular, partly torn."""
    del light
    height, width = background.shape[:2]
    centre = rng.uniform(-0.1, 1.1, 2) * (width, height)
    reach = log_uniform(rng, 0.25, 0.9) * max(height, width)
    spokes = np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(7, 18))))
    ahead = np.stack([np.cos(spokes), np.sin(spokes)], axis=1)
    thick = max(0.35, log_uniform(rng, 0.35, 1.2) * scale)
    lines = [(np.array([centre, centre + reach * way]), thick) for way in ahead]
    for ring in np.arange(0.1, 0.95, rng.uniform(0.05, 0.15)):
        for one, two in zip(ahead, np.roll(ahead, -1, 0), strict=True):
            if rng.random() < 0.75:
                sag = centre + 0.93 * ring * reach * (one + two) / 2
                ends = centre + ring * reach * np.array([one, two])
                lines.append((np.array([ends[0], sag, ends[1]]), 0.7 * thick))
    covered = strokes.cover(height, width, lines) * np.float32(rng.uniform(0.25, 0.8))
    colour = np.full(3, rng.uniform(170, 245) if rng.random() < 0.7 else rng.uniform(30, 80))
    return strokes.lay(background, covered, colour)


@distractor("cast")
def draw_cast(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Shadows of bars, wires and bare branches: dark, bluish, with soft edges."""
    del light
    height, width = background.shape[:2]
    thick = max(1.0, log_uniform(rng, 1.5, 22) * scale)
    lines = _branches(height, width, thick, rng)
    if rng.random() < 0.6:
        pitch = thick * rng.uniform(2, 12)
        lines = _bars(height, width, pitch, thick, rng, crossed=rng.random() < 0.4)
    covered = strokes.cover(height, width, lines)
    soft = blurred(covered, thick * log_uniform(rng, 0.1, 0.8))
    tint = np.array([1.0, 0.97, 0.9], np.float32) * np.float32(rng.uniform(0.15, 0.6))
    return np.asarray(background * (1 - soft[..., None] * tint), np.float32)


@distractor("tide")
def draw_tide(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Tide marks of dried water: nested rims, dark or pale, around a stain."""
    del light
    height, width = background.shape[:2]
    centre = rng.uniform(0, 1, 2) * (width, height)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = np.arctan2(y - np.float32(centre[1]), x - np.float32(centre[0]))
    far = np.hypot(y - np.float32(centre[1]), x - np.float32(centre[0]))
    wobble = sum(rng.normal(0, 0.2 / k) * np.cos(k * turn + rng.uniform(0, 6)) for k in range(1, 9))
    place = far / (1 + wobble)
    factor = np.ones((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        radius = log_uniform(rng, 0.1, 0.9) * max(height, width)
        thin = max(0.7, log_uniform(rng, 0.7, 6) * scale)
        rim = np.exp(-np.abs(place - radius) / thin)
        factor -= np.float32(rng.uniform(-0.25, 0.4)) * rim
        factor -= np.float32(rng.uniform(-0.05, 0.15)) * (place < radius)
    return shade(background, np.clip(factor, 0.2, 1.6))


def _bars(
    height: int,
    width: int,
    pitch: float,
    thick: float,
    rng: np.random.Generator,
    crossed: bool = True,
) -> Lines:
    """Parallel bars in one direction or in two."""
    reach = 0.75 * math.hypot(height, width)
    turn = rng.normal(0, 0.06) if rng.random() < 0.6 else rng.uniform(0, math.pi)
    middle = np.array([width, height]) / 2
    lines = []
    for angle in (turn, turn + math.pi / 2)[: 2 if crossed else 1]:
        ahead = np.array([math.cos(angle), math.sin(angle)])
        aside = np.array([-ahead[1], ahead[0]])
        for place in np.arange(-reach, reach, pitch) + rng.uniform(0, pitch):
            start = middle + place * aside
            lines.append((np.array([start - reach * ahead, start + reach * ahead]), thick))
    return lines


def _link(height: int, width: int, pitch: float, thick: float, rng: np.random.Generator) -> Lines:
    """Chain link: interlocking zigzags."""
    lines = []
    count = math.ceil(height / pitch) + 3
    rows = (np.arange(2 * count) - 2) * pitch / 2 + rng.uniform(0, pitch)
    for left in np.arange(-pitch, width + pitch, pitch):
        zigzag = left + np.where(np.arange(len(rows)) % 2 == 0, -0.52, 0.52) * pitch
        lines.append((np.stack([zigzag, rows], axis=1), thick))
    return lines


def _branches(height: int, width: int, thick: float, rng: np.random.Generator) -> Lines:
    """Bare branches that fork three times."""
    lines: Lines = []
    todo = [
        (rng.uniform(-0.1, 1.1, 2) * (width, height), rng.uniform(0, 2 * math.pi), thick, 3)
        for _ in range(int(rng.integers(1, 4)))
    ]
    while todo:
        start, heading, wide, depth = todo.pop()
        length = max(height, width) * rng.uniform(0.15, 0.5)
        track = polyline.walk(start, heading + np.cumsum(rng.normal(0, 0.12, 8)), length / 8)
        lines.append((track, wide))
        if depth:
            for _ in range(int(rng.integers(1, 4))):
                turn = heading + rng.normal(0, 0.7)
                todo.append((track[int(rng.integers(3, 9))], turn, 0.6 * wide, depth - 1))
    return lines
