"""Ground under plants: grass, straw, twigs, fallen leaves."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from crackscope.synthesis.materials import material
from crackscope.synthesis.surface import Surface, fractal, log_uniform

_GREENS = ((70, 105, 35), (105, 130, 60), (45, 75, 40))
_STRAW = ((190, 165, 110), (150, 120, 80), (110, 85, 60), (215, 195, 150))
_AUTUMN = ((150, 90, 40), (120, 65, 35), (175, 130, 60), (95, 75, 45), (110, 110, 55))


@material("grass", cracks=False)
def draw_grass(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Overlapping blades."""
    return _strewn(height, width, rng, _GREENS, log_uniform(rng, 8, 40), 1.5, bent=0.8)


@material("straw", cracks=False)
def draw_straw(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Straw, needles, twigs in all directions."""
    return _strewn(height, width, rng, _STRAW, log_uniform(rng, 15, 110), 2.0, bent=0.15)


@material("leaves", cracks=False)
def draw_leaves(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Overlapping fallen leaves with their midribs."""
    length = log_uniform(rng, 14, 70)
    image = Image.new("RGB", (width, height), (50, 42, 32))
    draw = ImageDraw.Draw(image)
    for _ in range(min(1500, math.ceil(5 * height * width / length**2))):
        x, y = rng.uniform(-0.05, 1.05, 2) * (width, height)
        turn, size = rng.uniform(0, 2 * math.pi), length * rng.uniform(0.6, 1.3)
        ahead = np.array([math.cos(turn), math.sin(turn)]) * size / 2
        aside = np.array([-ahead[1], ahead[0]]) * rng.uniform(0.3, 0.7)
        middle = np.array([x, y])
        outline = [middle - ahead, middle - 0.3 * ahead + aside, middle + ahead,
                   middle - 0.3 * ahead - aside]  # fmt: skip
        colour = _shaded(_AUTUMN[int(rng.integers(len(_AUTUMN)))], rng.uniform(0.5, 1.4))
        draw.polygon([(float(a), float(b)) for a, b in outline], fill=colour)
        rib = [(float(a), float(b)) for a, b in (middle - ahead, middle + ahead)]
        draw.line(rib, fill=_shaded(colour, rng.uniform(0.6, 1.4)))
    return _grainy(image, rng)


def _strewn(
    height: int,
    width: int,
    rng: np.random.Generator,
    colours: tuple[tuple[int, int, int], ...],
    length: float,
    thick: float,
    bent: float,
) -> Surface:
    """Strokes of about `length` px on dark ground, later ones brighter."""
    image = Image.new("RGB", (width, height), (34, 30, 22))
    draw = ImageDraw.Draw(image)
    count = min(2500, math.ceil(4 * height * width / (length * 3)))
    starts = rng.uniform(-0.05, 1.05, (count, 2)) * (width, height)
    turns = rng.uniform(0, 2 * math.pi, count)
    reach = length * rng.uniform(0.4, 1.4, count)
    curves = rng.normal(0, bent, count)
    for number in range(count):
        x, y = starts[number]
        track = []
        for step in (0.0, 0.5, 1.0):
            turn = turns[number] + curves[number] * step
            far = reach[number] * step
            track.append((float(x + far * math.cos(turn)), float(y + far * math.sin(turn))))
        tone = (0.45 + 0.7 * number / count) * rng.uniform(0.8, 1.2)
        colour = _shaded(colours[int(rng.integers(len(colours)))], tone)
        draw.line(track, fill=colour, width=max(1, round(thick * rng.uniform(0.5, 1.6))))
    return _grainy(image, rng)


def _shaded(colour: tuple[int, int, int], tone: float) -> tuple[int, int, int]:
    red, green, blue = (min(255, round(value * tone)) for value in colour)
    return red, green, blue


def _grainy(image: Image.Image, rng: np.random.Generator) -> Surface:
    painted = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    height, width = painted.shape[:2]
    light = 1 + np.float32(0.12) * fractal(height, width, (2.0, 9.0, 60.0), rng)
    return np.asarray(np.clip(painted * light[..., None], 0, 255), np.float32)
