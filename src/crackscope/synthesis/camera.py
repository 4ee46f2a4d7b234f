"""What a camera adds (a little blur, noise, rounding to 8 bit), and what is done to its photos."""

import io

import numpy as np
from PIL import Image

from crackscope.synthesis.surface import Surface, log_uniform
from crackscope.types import Pixels


def photograph(
    surface: Surface, rng: np.random.Generator, blur: float | None = None, noise: float = 1.2
) -> Pixels:
    """(H, W, 3) uint8. `blur` 0 to 1 mixes in the mean of the neighbours (binomial 3 x 3)."""
    share = rng.uniform(0.35, 1.0) if blur is None else blur
    soft = surface + np.float32(share) * (_binomial(surface) - surface)
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


def _binomial(surface: Surface) -> Surface:
    """Weights 1 2 1 in both directions, borders repeated."""
    padded = np.pad(surface, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 16, np.float32)
