"""What a camera adds (a little blur, noise, rounding to 8 bit), and what is done to its photos."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.synthesis.surface import Surface, log_uniform
from crackscope.types import Pixels


def photograph(surface: Surface, rng: np.random.Generator, noise: float = 1.2) -> Pixels:
    """(H, W, 3) uint8: softened by the mean of the neighbours, with `noise` in grey levels."""
    soft = surface + np.float32(rng.uniform(0.35, 1.0)) * (_binomial(surface) - surface)
    grain = rng.standard_normal(surface.shape[:2], dtype=np.float32) * np.float32(noise)
    return np.asarray(np.clip(soft + grain[..., None] + 0.5, 0, 255), np.uint8)


def resave(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """What befalls a photo on its way: a small one enlarged, a sharp one saved as JPEG.

    (H, W, 3) uint8 -> the same shape, at times unchanged.
    """
    image = Image.fromarray(pixels)
    if rng.random() < 0.2:
        factor = log_uniform(rng, 1.2, 2.5)
        small = (max(8, round(image.width / factor)), max(8, round(image.height / factor)))
        coarse = image.resize(small, Image.Resampling.BOX)
        image = coarse.resize(image.size, Image.Resampling.BICUBIC)
    if rng.random() < 0.4:
        content = io.BytesIO()
        image.save(content, "JPEG", quality=int(rng.integers(35, 91)))
        image = Image.open(content)
    return np.asarray(image)


def develop(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Exposure, gamma and white balance of some camera: (H, W, 3) uint8 -> the same shape."""
    gain = rng.uniform(0.85, 1.12) * (1 + rng.normal(0, 0.025, 3))
    gamma = log_uniform(rng, 0.75, 1.35)
    levels = (np.arange(256) / 255) ** gamma
    curves = np.clip(255 * gain[:, None] * levels + 0.5, 0, 255).astype(np.uint8)
    return np.stack([curves[channel][pixels[..., channel]] for channel in range(3)], axis=2)


def enlarge(
    pixels: Pixels, mask: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[Pixels, NDArray[np.uint8], tuple[float, float, float]]:
    """A part of a picture enlarged 1.4 to 4 times to its size, soft and without detail, and the
    same part of the mask; with it left, top and factor of the part.

    Where the mask is not empty, the part shows some of it.
    """
    height, width = mask.shape
    factor = log_uniform(rng, 1.4, 4.0)
    size = np.array([height, width]) / factor
    there = np.argwhere(mask > mask.max() // 2)
    anchor = (
        there[int(rng.integers(len(there)))] if len(there) else rng.uniform(0, 1, 2) * mask.shape
    )
    corner = np.clip(anchor - size * rng.uniform(0.25, 0.75, 2), 0, np.array(mask.shape) - size)
    top, left = float(corner[0]), float(corner[1])
    box = (left, top, left + width / factor, top + height / factor)
    ways = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
    way = ways[int(rng.integers(3))]
    large = Image.fromarray(pixels).resize((width, height), way, box=box)
    wide = Image.fromarray(mask).resize((width, height), Image.Resampling.BILINEAR, box=box)
    return np.asarray(large), np.asarray(wide), (left, top, factor)


def _binomial(surface: Surface) -> Surface:
    """Weights 1 2 1 in both directions, borders repeated."""
    padded = np.pad(surface, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 16, np.float32)
