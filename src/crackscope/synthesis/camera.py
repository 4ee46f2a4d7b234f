"""Camera model: blur, noise and rounding to 8 bit; exposure, resizing and JPEG compression."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.synthesis.surface import Surface, log_uniform, rounded
from crackscope.types import Pixels


def photograph(surface: Surface, rng: np.random.Generator, noise: float = 1.2) -> Pixels:
    """(H, W, 3) uint8: blurred over neighbouring pixels, with noise of `noise` grey levels."""
    soft = surface + np.float32(rng.uniform(0.35, 1.0)) * (_binomial(surface) - surface)
    grain = rng.standard_normal(surface.shape[:2], dtype=np.float32) * np.float32(noise)
    return rounded(soft + grain[..., None])


def resave(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Some photos enlarged from a smaller size, some saved as JPEG, the others unchanged.

    (H, W, 3) uint8 -> the same shape.
    """
    if rng.random() < 0.2:
        pixels = coarsen(pixels, log_uniform(rng, 1.2, 2.5), Image.Resampling.BICUBIC)
    if rng.random() < 0.4:
        pixels = compress(pixels, int(rng.integers(35, 91)))
    return pixels


def coarsen(pixels: Pixels, factor: float, way: Image.Resampling) -> Pixels:
    """Downscaled by `factor` and enlarged again: (H, W, 3) uint8 -> the same shape."""
    height, width = pixels.shape[:2]
    small = (max(8, round(width / factor)), max(8, round(height / factor)))
    coarse = Image.fromarray(pixels).resize(small, Image.Resampling.BOX)
    return np.asarray(coarse.resize((width, height), way))


def compress(pixels: Pixels, quality: int) -> Pixels:
    """JPEG compression at `quality` 1 to 95: (H, W, 3) uint8 -> the same shape."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=quality)
    with Image.open(content) as image:
        return np.asarray(image)


def any_way(rng: np.random.Generator) -> Image.Resampling:
    """A random interpolation filter."""
    ways = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
    return ways[int(rng.integers(3))]


def develop(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Random exposure, gamma and white balance: (H, W, 3) uint8 -> the same shape."""
    gain = rng.uniform(0.85, 1.12) * (1 + rng.normal(0, 0.025, 3))
    gamma = log_uniform(rng, 0.75, 1.35)
    levels = (np.arange(256) / 255) ** gamma
    curves = rounded(255 * gain[:, None] * levels)
    return np.stack([curves[channel][pixels[..., channel]] for channel in range(3)], axis=2)


def enlarge(
    pixels: Pixels, mask: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[Pixels, NDArray[np.uint8], tuple[float, float, float]]:
    """A random crop of the image and its mask, enlarged 1.4 to 4 times to the full size.

    Returns pixels, mask and (left, top, factor) of the crop. If the mask is not empty, the crop
    contains some of it.
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
    large = Image.fromarray(pixels).resize((width, height), any_way(rng), box=box)
    wide = Image.fromarray(mask).resize((width, height), Image.Resampling.BILINEAR, box=box)
    return np.asarray(large), np.asarray(wide), (left, top, factor)


def _binomial(surface: Surface) -> Surface:
    """Weights 1 2 1 in both directions, borders repeated."""
    padded = np.pad(surface, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 16, np.float32)
