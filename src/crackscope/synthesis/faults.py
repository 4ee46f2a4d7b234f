"""Camera faults for training: defocus, motion blur, noise, compression, sharpening, haze.

Each fault takes (H, W, 3) uint8 and a strength from 0 (barely visible) to 1 (as bad as photos that
people still keep), and returns the same shape.
"""

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFilter

from crackscope.synthesis import camera
from crackscope.synthesis.surface import Surface, rounded, smooth
from crackscope.types import Pixels

Fault = Callable[[Pixels, float, np.random.Generator], Pixels]


def spoil(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """One or two faults from `FAULTS`; half of the results are also saved as JPEG."""
    number = 1 + int(rng.random() < 0.35)
    for index in rng.choice(len(FAULTS), number, replace=False, p=_FREQUENCY):
        pixels = FAULTS[int(index)](pixels, strength, rng)
    return jpeg(pixels, 0.6 * strength, rng) if rng.random() < 0.5 else pixels


def defocus(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Defocus, standard deviation 0.5 to 4 px: Gaussian, or box for a wide aperture."""
    sigma = 0.5 * 8**strength
    kind = ImageFilter.GaussianBlur(sigma) if rng.random() < 0.6 else ImageFilter.BoxBlur(sigma)
    return np.asarray(Image.fromarray(pixels).filter(kind))


def motion(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Motion blur over 2 to 16 px."""
    length, angle = 2 * 8**strength, rng.uniform(0, math.pi)
    moved = pixels.astype(np.float32)
    for fraction in (1 / 2, 1 / 4, 1 / 8):  # three means of two copies: 8 positions along a line
        down = round(length * fraction * math.sin(angle))
        right = round(length * fraction * math.cos(angle))
        moved = np.float32(0.5) * (moved + _shifted(moved, down, right))
    return rounded(moved)


def grain(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Sensor noise, standard deviation 3 to 15, stronger in dark areas.

    In half of the cases it is correlated between neighbours, as after demosaicing.
    """
    sigma = np.float32(3 * 5**strength)
    noise = rng.standard_normal(pixels.shape, dtype=np.float32)
    noise *= np.float32(rng.uniform(0.2, 1.0))
    noise += rng.standard_normal((*pixels.shape[:2], 1), dtype=np.float32)
    if rng.random() < 0.5:
        noise = (noise + _shifted(noise, 0, 1) + _shifted(noise, 1, 0)) / np.float32(1.73)
    dark = np.float32(1.3) - pixels[..., :1] * np.float32(1 / 400)
    return rounded(pixels + sigma * dark * noise)


def jpeg(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """JPEG compression, quality 95 down to 30."""
    del rng
    return camera.compress(pixels, round(95 - 65 * strength))


def soften(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Downscaled 1.3 to 3 times and enlarged again."""
    return camera.coarsen(pixels, 1.3 * 2.3**strength, camera.any_way(rng))


def sharpen(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Oversharpening: halos beside edges, as in photos from phones."""
    mask = ImageFilter.UnsharpMask(rng.uniform(0.8, 2.5), round(60 + 200 * strength), 2)
    return np.asarray(Image.fromarray(pixels).filter(mask))


def smear(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Noise reduction: removes fine detail of low contrast and keeps edges."""
    image = Image.fromarray(pixels)
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(rng.uniform(1.0, 2.0))), np.float32)
    detail = pixels - blurred
    limit = np.float32(2 + 8 * strength)
    kept = np.sign(detail) * np.maximum(np.abs(detail) - limit, 0.0)
    return rounded(blurred + kept)


def underexpose(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Underexposed by 0.5 to 2.5 stops, with noise."""
    dark = rounded(pixels * np.float32(2 ** (-(0.5 + 2 * strength) / 2.2)))
    return grain(dark, 0.4 * strength, rng)


def haze(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Mist, dust or a dirty lens: an uneven veil of light grey."""
    height, width = pixels.shape[:2]
    uneven = smooth(height, width, max(height, width) / 2, rng)
    density = np.clip((0.1 + 0.45 * strength) * (1 + 0.2 * uneven), 0.0, 0.8)[..., None]
    return rounded(pixels + (np.float32(225) - pixels) * density)


FAULTS: tuple[Fault, ...] = (
    defocus, motion, grain, jpeg, soften, sharpen, smear, underexpose, haze,
)  # fmt: skip
_FREQUENCY = (0.24, 0.08, 0.17, 0.11, 0.14, 0.08, 0.08, 0.05, 0.05)


def _shifted(values: Surface, down: int, right: int) -> Surface:
    """Shifted by whole pixels, wrapping around at the borders."""
    return np.roll(values, (down, right), (0, 1)) if down or right else values
