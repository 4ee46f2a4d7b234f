"""Stones in a matrix: asphalt, washed and exposed aggregate, terrazzo, gravel, pebbles."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from crackscope.synthesis.materials import material
from crackscope.synthesis.surface import Field, Surface, fractal, log_uniform, slope_along, smooth


@dataclass(frozen=True, slots=True)
class _Stones:
    """Stones from small to large: centres, radii, elongations, and greys (0 to 255)."""

    centres: np.ndarray
    radii: np.ndarray
    stretch: np.ndarray
    tones: np.ndarray


@material("asphalt", cracks=True)
def draw_asphalt(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Stones of all sizes in bitumen, worn bare or still black."""
    size = log_uniform(rng, 5, 16)
    stones = _scatter(height, width, size, rng, spread=rng.uniform(0.12, 0.35), dense=1.2)
    bitumen = rng.uniform(28, 95)
    return _laid(height, width, stones, bitumen, rng, corners=6, relief=rng.uniform(4, 22))


@material("aggregate", cracks=True)
def draw_aggregate(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Washed concrete: round stones in mortar of a similar tone."""
    size = log_uniform(rng, 6, 20)
    stones = _scatter(height, width, size, rng, spread=rng.uniform(0.08, 0.25), dense=0.9)
    mortar = float(stones.tones.mean()) * rng.uniform(0.75, 1.15)
    return _laid(height, width, stones, mortar, rng, corners=9, relief=rng.uniform(2, 14))


@material("terrazzo", cracks=True)
def draw_terrazzo(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Ground flat: chips of several colours, no relief."""
    size = log_uniform(rng, 5, 24)
    stones = _scatter(height, width, size, rng, spread=rng.uniform(0.1, 0.4), dense=0.6)
    binder = rng.uniform(110, 225)
    return _laid(height, width, stones, binder, rng, corners=5, relief=0.0)


@material("gravel", cracks=False)
def draw_gravel(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Loose broken stones with deep gaps."""
    size = log_uniform(rng, 9, 40)
    stones = _scatter(height, width, size, rng, spread=rng.uniform(0.12, 0.3), dense=1.6)
    return _laid(height, width, stones, 22.0, rng, corners=6, relief=rng.uniform(15, 45))


@material("pebbles", cracks=False)
def draw_pebbles(height: int, width: int, rng: np.random.Generator) -> Surface:
    """Rounded stones."""
    size = log_uniform(rng, 12, 55)
    stones = _scatter(height, width, size, rng, spread=rng.uniform(0.15, 0.35), dense=1.5)
    return _laid(height, width, stones, 35.0, rng, corners=14, relief=rng.uniform(20, 60))


def _scatter(
    height: int, width: int, size: float, rng: np.random.Generator, spread: float, dense: float
) -> _Stones:
    """Stones of about `size` px; with `dense` 1, about as many as fill the area."""
    count = min(6000, math.ceil(dense * 1.6 * height * width / size**2))
    radii = np.sort(0.5 * size * np.exp(rng.normal(0, 0.35, count)))
    centres = rng.uniform(0, 1, (count, 2)) * (width + 2 * size, height + 2 * size) - size
    mean = rng.uniform(70, 190)
    tones = np.clip(mean * np.exp(rng.normal(0, spread, count)), 15, 245)
    return _Stones(centres, radii, np.exp(np.abs(rng.normal(0, 0.3, count))), tones)


def _laid(
    height: int,
    width: int,
    stones: _Stones,
    matrix: float,
    rng: np.random.Generator,
    corners: int,
    relief: float,
) -> Surface:
    """Paint the stones from small to large, each in its own hue, lit from a random direction."""
    warm = rng.uniform(0.0, 0.12)
    grey, tint = (
        Image.new("L", (width, height), round(matrix)),
        Image.new("L", (width, height), 128),
    )
    tall = Image.new("L", (width, height), 0)
    drawing = [ImageDraw.Draw(image) for image in (grey, tint, tall)]
    hues = np.clip(128 + 60 * rng.standard_normal(len(stones.radii)), 0, 255)
    levels = np.clip(rng.uniform(60, 190, len(hues)) + 3 * stones.radii, 0, 255)
    for outline, tone, hue, level in zip(
        _outlines(stones, corners, rng), stones.tones, hues, levels, strict=True
    ):
        rim = round(float(tone) * (1 - min(0.5, relief / 60)))
        drawing[0].polygon(outline, fill=round(float(tone)), outline=rim)
        drawing[1].polygon(outline, fill=round(float(hue)))
        drawing[2].polygon(outline, fill=round(float(level)))
    value = np.asarray(grey.filter(ImageFilter.GaussianBlur(0.6)), np.float32)
    value = value * (1 + np.float32(0.06) * fractal(height, width, (1.5, 4.0, 11.0), rng))
    if relief:
        value = value * _lit(tall, relief, rng)
    value *= 1 + np.float32(0.08) * smooth(height, width, max(height, width) / 3, rng)
    shift = np.asarray(tint, np.float32)[..., None] / 128 - 1
    colour = 1 + (shift * np.float32(warm) + np.float32(rng.normal(0.03, 0.03))) * np.array(
        [1, 0.1, -1], np.float32
    )
    return np.asarray(np.clip(value[..., None] * colour, 0, 255), np.float32)


def _outlines(
    stones: _Stones, corners: int, rng: np.random.Generator
) -> list[list[tuple[float, float]]]:
    """Irregular, randomly rotated polygons of the stones."""
    count = len(stones.radii)
    angle = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    angle = angle + rng.uniform(-0.3, 0.3, (count, corners)) * (5 / corners)
    far = stones.radii[:, None] * rng.uniform(0.75, 1.15, (count, corners))
    along, aside = far * np.cos(angle) * stones.stretch[:, None], far * np.sin(angle)
    turn = rng.uniform(0, 2 * math.pi, (count, 1))
    x = along * np.cos(turn) - aside * np.sin(turn) + stones.centres[:, :1]
    y = along * np.sin(turn) + aside * np.cos(turn) + stones.centres[:, 1:]
    return [list(zip(a, b, strict=True)) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def _lit(tall: Image.Image, relief: float, rng: np.random.Generator) -> Field:
    """Shading: flanks lit or dark, gaps in shade."""
    round_ = np.asarray(tall.filter(ImageFilter.GaussianBlur(rng.uniform(1.0, 3.0))), np.float32)
    slope = slope_along(round_, rng.uniform(-math.pi, math.pi))
    broad = np.asarray(tall.filter(ImageFilter.BoxBlur(6)), np.float32)
    gap = np.clip((broad - round_) / 255, 0, 1)
    shaded = 1 - np.clip(slope * relief / 1500, -0.5, 0.6) - min(1.6, relief / 20) * gap
    return np.asarray(np.clip(shaded, 0.1, 1.6), np.float32)
