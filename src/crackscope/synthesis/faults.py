"""What goes wrong between the wall and the file, to learn from: focus, motion, grain, phones.

Each fault takes (H, W, 3) uint8 and a strength, 0 (hardly to be noticed) to 1 (as bad as photos
that people still keep), and gives the same shape.
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
    """One fault, at times two, of those of `FAULTS`; saved as JPEG by half of the cameras."""
    number = 1 + int(rng.random() < 0.35)
    for index in rng.choice(len(FAULTS), number, replace=False, p=_FREQUENCY):
        pixels = FAULTS[int(index)](pixels, strength, rng)
    return jpeg(pixels, 0.6 * strength, rng) if rng.random() < 0.5 else pixels


def defocus(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Out of focus, standard deviation 0.5 to 4 px: Gaussian, or the disk of a wide aperture."""
    sigma = 0.5 * 8**strength
    kind = ImageFilter.GaussianBlur(sigma) if rng.random() < 0.6 else ImageFilter.BoxBlur(sigma)
    return np.asarray(Image.fromarray(pixels).filter(kind))


def motion(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Moved by 2 to 16 px while the shutter was open."""
    length, angle = 2 * 8**strength, rng.uniform(0, math.pi)
    moved = pixels.astype(np.float32)
    for part in (1 / 2, 1 / 4, 1 / 8):  # means of two, each half as far apart: 8 places in a row
        down = round(length * part * math.sin(angle))
        right = round(length * part * math.cos(angle))
        moved = np.float32(0.5) * (moved + _shifted(moved, down, right))
    return rounded(moved)


def grain(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Noise of the sensor, standard deviation 3 to 15, more of it in the dark.

    Half of the cameras smear it over neighbours, as demosaicing does, more in colour than in grey.
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
    """Saved at a quality of 95 down to 30."""
    del rng
    return camera.compress(pixels, round(95 - 65 * strength))


def soften(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Shrunk 1.3 to 3 times somewhere on its way, and enlarged again."""
    return camera.coarsen(pixels, 1.3 * 2.3**strength, camera.any_way(rng))


def sharpen(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Halos beside edges, as phones make them."""
    mask = ImageFilter.UnsharpMask(rng.uniform(0.8, 2.5), round(60 + 200 * strength), 2)
    return np.asarray(Image.fromarray(pixels).filter(mask))


def smear(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Noise reduction: fine detail of little contrast is wiped out, edges stay."""
    image = Image.fromarray(pixels)
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(rng.uniform(1.0, 2.0))), np.float32)
    detail = pixels - blurred
    limit = np.float32(2 + 8 * strength)
    kept = np.sign(detail) * np.maximum(np.abs(detail) - limit, 0.0)
    return rounded(blurred + kept)


def underexpose(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Too dark by 0.5 to 2.5 stops, and grainy."""
    dark = rounded(pixels * np.float32(2 ** (-(0.5 + 2 * strength) / 2.2)))
    return grain(dark, 0.4 * strength, rng)


def haze(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Mist, dust or a dirty lens, uneven: light grey over everything."""
    height, width = pixels.shape[:2]
    uneven = smooth(height, width, max(height, width) / 2, rng)
    density = np.clip((0.1 + 0.45 * strength) * (1 + 0.2 * uneven), 0.0, 0.8)[..., None]
    return rounded(pixels + (np.float32(225) - pixels) * density)


FAULTS: tuple[Fault, ...] = (
    defocus, motion, grain, jpeg, soften, sharpen, smear, underexpose, haze,
)  # fmt: skip
_FREQUENCY = (0.24, 0.08, 0.17, 0.11, 0.14, 0.08, 0.08, 0.05, 0.05)


def _shifted(values: Surface, down: int, right: int) -> Surface:
    """Moved by whole pixels; what leaves on one side comes in on the other."""
    return np.roll(values, (down, right), (0, 1)) if down or right else values
