"""Shared helpers of synthesis: surface types, lighting, and fast noise."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from crackscope.types import Pixels

Surface = NDArray[np.float32]
"""(H, W, 3) float32 RGB, 0 to 255."""

Field = NDArray[np.float32]
"""(H, W) float32."""

_COARSER = 4


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A log-uniform sample between low and high."""
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def smooth(
    height: int, width: int, cell: float | tuple[float, float], rng: np.random.Generator
) -> Field:
    """Smooth noise of about unit variance, without structure finer than `cell` pixels.

    `cell` may be (rows, columns). Returns (height, width) float32.
    """
    tall, wide = cell if isinstance(cell, tuple) else (cell, cell)
    rows, columns = height / tall, width / wide
    grid = rng.standard_normal((math.ceil(rows) + 3, math.ceil(columns) + 3), dtype=np.float32)
    x, y = 1 + rng.random(2)
    image = Image.fromarray(grid).resize(
        (width, height), Image.Resampling.BICUBIC, box=(x, y, x + columns, y + rows)
    )
    return np.asarray(image) * np.float32(1.3)


def fractal(
    height: int,
    width: int,
    cells: Sequence[float],
    rng: np.random.Generator,
    gain: float = 1.0,
) -> Field:
    """Sum of smooth noise of several cell sizes, each `gain` times as strong as the one before."""
    total = np.zeros((height, width), np.float32)
    coarse = np.zeros((math.ceil(height / _COARSER), math.ceil(width / _COARSER)), np.float32)
    for index, cell in enumerate(cells):
        strength = np.float32(gain**index)
        if cell >= 3 * _COARSER:
            rows, columns = coarse.shape
            coarse += strength * smooth(rows, columns, cell / _COARSER, rng)
        else:
            total += strength * smooth(height, width, cell, rng)
    return total + _enlarged(coarse, height, width)


def _enlarged(coarse: Field, height: int, width: int) -> Field:
    """Enlarge noise that was summed on a coarser grid, which saves most of the time."""
    box = (0.0, 0.0, width / _COARSER, height / _COARSER)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR, box=box)
    return np.asarray(image)


def profile(length: int, cell: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise of about unit variance along a line of `length` samples."""
    knots = rng.standard_normal(math.ceil(length / cell) + 2)
    places = (np.arange(length) + rng.uniform(0, cell)) / cell
    return np.asarray(1.2 * np.interp(places, np.arange(len(knots)), knots), np.float32)


def grid(height: int, width: int) -> tuple[Field, Field]:
    """The centres of all pixels as broadcastable columns x (1, W) and rows y (H, 1)."""
    x = np.arange(width, dtype=np.float32)[None] + np.float32(0.5)
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    return x, y


def to_whole(values: Field) -> Field:
    """Distance to the next whole number, 0 to 0.5."""
    place = values % 1
    return np.asarray(np.minimum(place, 1 - place), np.float32)


def grey(surface: Surface) -> Field:
    """(H, W) mean of the three channels."""
    return np.asarray((surface[..., 0] + surface[..., 1] + surface[..., 2]) / 3, np.float32)


def step(values: Field, edge: float, softness: float) -> Field:
    """0 below the edge, 1 above it, with a linear ramp of width `softness`."""
    ramp = (values - np.float32(edge)) / np.float32(max(softness, 1e-3)) + np.float32(0.5)
    return np.asarray(np.clip(ramp, 0.0, 1.0), np.float32)


def blend(background: Surface, colour: NDArray[np.floating] | Surface, opacity: Field) -> Surface:
    """`colour` over the background with `opacity` (H, W), 0 to 1."""
    weight = opacity[..., None]
    mixed = background + (np.asarray(colour, np.float32) - background) * weight
    return np.asarray(mixed, np.float32)


def blurred(values: Field, sigma: float) -> Field:
    """(H, W), 0 to 1: Gaussian blur with standard deviation `sigma` in pixels, at 8 bit."""
    image = Image.fromarray(np.asarray(np.clip(values, 0, 1) * 255, np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(sigma)), np.float32) / np.float32(255)


def coloured(value: NDArray[np.floating], colour: NDArray[np.floating]) -> Surface:
    """`value` (H, W) times `colour` (3,), clipped to 0 to 255."""
    tinted = np.asarray(value, np.float32)[..., None] * colour.astype(np.float32)
    return np.asarray(np.clip(tinted, 0.0, 255.0), np.float32)


def rounded(values: NDArray[np.floating]) -> Pixels:
    """Rounded to uint8, clipped to 0 to 255."""
    return np.asarray(np.clip(values + np.float32(0.5), 0, 255), np.uint8)


def shade(background: Surface, factor: NDArray[np.floating]) -> Surface:
    """The background times `factor` (H, W), clipped to 0 to 255."""
    return np.asarray(np.clip(background * factor[..., None], 0.0, 255.0), np.float32)


def slope_along(relief: Field, direction: float) -> NDArray[np.floating]:
    """Slope of a relief in a direction (radians), for shading by light from there."""
    down, right = np.gradient(relief)
    return np.asarray(np.cos(direction) * right + np.sin(direction) * down)
