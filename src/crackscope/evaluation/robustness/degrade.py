"""Image degradations: pure functions, each at five strengths.

To add one, write a function here under `@_degradation(name, label, levels)`. It takes pixels, a
level in its own unit and a random generator, and consumes the same random numbers at every level,
so that the images of one seed differ only in strength.
"""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageFilter

from crackscope.registry import Registry
from crackscope.synthesis.surface import smooth
from crackscope.types import Pixels

STRONGEST = 5
_MIST = 225.0
_GAMMA = 2.2

Apply = Callable[[Pixels, float, np.random.Generator], Pixels]


@dataclass(frozen=True)
class Degradation:
    """One degradation; `levels` from the weakest to the strongest, in the unit of `label`."""

    apply: Apply
    label: str
    levels: tuple[float, ...]

    def __call__(self, pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
        """(H, W, 3) uint8 -> the same shape; strength 0 to 5, where 0 changes nothing."""
        if not 0 <= strength <= STRONGEST:
            raise ValueError(f"strength must be from 0 to {STRONGEST}. Received: {strength}")
        return self.apply(pixels, self.levels[strength - 1], rng) if strength else pixels

    def level(self, strength: int) -> str:
        """The level of a strength as text, such as `2 px`; `original` for 0."""
        return self.label.format(self.levels[strength - 1]) if strength else "original"


DEGRADATIONS: Registry[Degradation] = Registry("degradation")


def _degradation(name: str, label: str, levels: tuple[float, ...]) -> Callable[[Apply], Apply]:
    if len(levels) != STRONGEST:
        raise ValueError(f"{name} must have {STRONGEST} levels. Received: {levels}")

    def add(apply: Apply) -> Apply:
        DEGRADATIONS.register(name)(Degradation(apply, label, levels))
        return apply

    return add


@_degradation("blur", "{:g} px", (0.7, 1.2, 2.0, 3.0, 4.5))
def blur(pixels: Pixels, sigma: float, rng: np.random.Generator) -> Pixels:
    """Defocus: Gaussian blur, `sigma` in pixels."""
    return np.array(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(sigma)))


@_degradation("motion", "{:g} px", (3, 5, 9, 13, 19))
def motion(pixels: Pixels, length: float, rng: np.random.Generator) -> Pixels:
    """Motion blur along a straight line in a random direction, `length` in pixels."""
    angle = rng.uniform(0, math.pi)
    height, width = pixels.shape[:2]
    around = math.ceil(length / 2)
    padded = _mirrored(pixels, around, around).astype(np.float32)
    total = np.zeros(pixels.shape, np.float32)
    path = np.arange(int(length)) - (int(length) - 1) / 2
    for place in path:
        y, x = around + round(place * math.sin(angle)), around + round(place * math.cos(angle))
        total += padded[y : y + height, x : x + width]
    return _rounded(total / len(path))


@_degradation("noise", "sd {:g}", (4, 8, 16, 24, 36))
def noise(pixels: Pixels, sigma: float, rng: np.random.Generator) -> Pixels:
    """Sensor noise, independent per channel, `sigma` in grey levels."""
    grain = rng.standard_normal(pixels.shape, dtype=np.float32)
    return _rounded(pixels + np.float32(sigma) * grain)


@_degradation("jpeg", "quality {:g}", (60, 40, 25, 15, 8))
def jpeg(pixels: Pixels, quality: float, rng: np.random.Generator) -> Pixels:
    """Strong JPEG compression, as by messenger apps."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=int(quality))
    with Image.open(content) as picture:
        return np.array(picture)


@_degradation("darkness", "-{:g} EV", (1, 2, 3, 4, 5))
def darkness(pixels: Pixels, stops: float, rng: np.random.Generator) -> Pixels:
    """Underexposure: each stop halves the light, and fewer of the 8-bit levels are used."""
    return _rounded(pixels * np.float32(2 ** (-stops / _GAMMA)))


@_degradation("glare", "+{:g}", (60, 120, 180, 260, 360))
def glare(pixels: Pixels, peak: float, rng: np.random.Generator) -> Pixels:
    """A soft spot of light that washes out the surface; `peak` grey levels in its middle."""
    height, width = pixels.shape[:2]
    x, y = rng.uniform(0.25, 0.75) * width, rng.uniform(0.25, 0.75) * height
    spread = 0.35 * min(height, width)
    across = np.exp(-0.5 * ((np.arange(width, dtype=np.float32) - x) / spread) ** 2)
    down = np.exp(-0.5 * ((np.arange(height, dtype=np.float32) - y) / spread) ** 2)
    return _rounded(pixels + peak * (down[:, None] * across)[..., None])


@_degradation("fog", "{:.0%}", (0.2, 0.35, 0.5, 0.65, 0.8))
def fog(pixels: Pixels, density: float, rng: np.random.Generator) -> Pixels:
    """Mist, dust or a dirty lens: a slightly uneven light grey veil of a `density` of 0 to 1."""
    height, width = pixels.shape[:2]
    uneven = smooth(height, width, max(height, width) / 2, rng)
    veil = np.clip(density * (1 + 0.1 * uneven), 0.0, 0.95)[..., None]
    return _rounded(pixels + (_MIST - pixels) * veil)


@_degradation("farther", "x{:g}", (0.87, 0.76, 0.66, 0.57, 0.5))
def farther(pixels: Pixels, factor: float, rng: np.random.Generator) -> Pixels:
    """A larger distance: shrunk, and mirrored at the borders to keep the size."""
    height, width = pixels.shape[:2]
    rows, columns = max(1, round(height * factor)), max(1, round(width * factor))
    small = Image.fromarray(pixels).resize((columns, rows), Image.Resampling.LANCZOS)
    down, across = -(-(height - rows) // 2), -(-(width - columns) // 2)
    return _mirrored(np.asarray(small), down, across)[:height, :width]


@_degradation("nearer", "x{:g}", (1.15, 1.32, 1.52, 1.74, 2.0))
def nearer(pixels: Pixels, factor: float, rng: np.random.Generator) -> Pixels:
    """A smaller distance: the darkest part is enlarged, so that a crack stays visible."""
    height, width = pixels.shape[:2]
    rows, columns = max(1, round(height / factor)), max(1, round(width / factor))
    top, left = _darkest(pixels, rows, columns)
    part = Image.fromarray(pixels[top : top + rows, left : left + columns])
    return np.array(part.resize((width, height), Image.Resampling.BICUBIC))


@_degradation("rotation", "{:g}°", (9, 18, 27, 36, 45))
def rotation(pixels: Pixels, degrees: float, rng: np.random.Generator) -> Pixels:
    """Rotation to the left or right, with mirrored corners."""
    turn = degrees if rng.random() < 0.5 else -degrees
    height, width = pixels.shape[:2]
    around = math.ceil(0.21 * max(height, width)) + 2
    turned = Image.fromarray(_mirrored(pixels, around, around)).rotate(
        turn, Image.Resampling.BICUBIC
    )
    return np.array(turned)[around : around + height, around : around + width]


@_degradation("cast", "{:.0%}", (0.08, 0.16, 0.25, 0.35, 0.45))
def cast(pixels: Pixels, strength: float, rng: np.random.Generator) -> Pixels:
    """Colour cast of a wrong white balance: red up and blue down, or the reverse."""
    shift = strength if rng.random() < 0.5 else -strength
    return _rounded(pixels * np.array([1 + shift, 1, 1 - shift], np.float32))


def _mirrored(pixels: Pixels, down: int, across: int) -> Pixels:
    """Mirror-pad by `down` rows above and below, and `across` columns on both sides."""
    return np.pad(pixels, ((down, down), (across, across), (0, 0)), mode="symmetric")


def _darkest(pixels: Pixels, rows: int, columns: int) -> tuple[int, int]:
    """Top and left of the crop of that size with the largest squared darkness below the median."""
    grey = pixels.mean(axis=2)
    dark = np.clip(np.median(grey) - grey, 0.0, None) ** 2
    sums = np.pad(dark.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    bands: NDArray[np.float64] = sums[rows:] - sums[:-rows]
    inside = bands[:, columns:] - bands[:, :-columns]
    top, left = np.unravel_index(int(inside.argmax()), inside.shape)
    return int(top), int(left)


def _rounded(values: ArrayLike) -> Pixels:
    return np.clip(np.asarray(values) + 0.5, 0, 255).astype(np.uint8)
