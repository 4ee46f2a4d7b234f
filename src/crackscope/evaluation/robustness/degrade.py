"""What goes wrong between the wall and the file: pure functions, each at five strengths.

A new one is a function here under `@_degradation(name, label, levels)`: pixels, a level in its own
unit, a generator. It draws from the generator alike at every level, so that the strengths of one
seed differ in strength alone.
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
    """One fault of a photo; `levels` from the weakest to the strongest, in the unit of `label`."""

    apply: Apply
    label: str
    levels: tuple[float, ...]

    def __call__(self, pixels: Pixels, strength: int, rng: np.random.Generator) -> Pixels:
        """(H, W, 3) uint8 -> the same shape; strength 0 to 5, where 0 leaves the pixels alone."""
        if not 0 <= strength <= STRONGEST:
            raise ValueError(f"strength must be 0 to {STRONGEST}; received {strength}")
        return self.apply(pixels, self.levels[strength - 1], rng) if strength else pixels

    def level(self, strength: int) -> str:
        """What a strength stands for: `2 px`; `as it is` for 0."""
        return self.label.format(self.levels[strength - 1]) if strength else "as it is"


DEGRADATIONS: Registry[Degradation] = Registry("degradation")


def _degradation(name: str, label: str, levels: tuple[float, ...]) -> Callable[[Apply], Apply]:
    if len(levels) != STRONGEST:
        raise ValueError(f"{name} needs {STRONGEST} levels; received {levels}")

    def add(apply: Apply) -> Apply:
        DEGRADATIONS.register(name)(Degradation(apply, label, levels))
        return apply

    return add


@_degradation("blur", "{:g} px", (0.7, 1.2, 2.0, 3.0, 4.5))
def blur(pixels: Pixels, sigma: float, rng: np.random.Generator) -> Pixels:
    """Out of focus: Gaussian, `sigma` in pixels."""
    return np.array(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(sigma)))


@_degradation("motion", "{:g} px", (3, 5, 9, 13, 19))
def motion(pixels: Pixels, length: float, rng: np.random.Generator) -> Pixels:
    """The camera moved in a straight line, in any direction, while the shutter was open."""
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
    """Grain of the sensor, in grey levels, each channel for itself."""
    grain = rng.standard_normal(pixels.shape, dtype=np.float32)
    return _rounded(pixels + np.float32(sigma) * grain)


@_degradation("jpeg", "quality {:g}", (60, 40, 25, 15, 8))
def jpeg(pixels: Pixels, quality: float, rng: np.random.Generator) -> Pixels:
    """Saved too small, as messengers do."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=int(quality))
    with Image.open(content) as picture:
        return np.array(picture)


@_degradation("darkness", "-{:g} EV", (1, 2, 3, 4, 5))
def darkness(pixels: Pixels, stops: float, rng: np.random.Generator) -> Pixels:
    """Exposed too short: each stop halves the light, and the file's 8 bits get fewer levels."""
    return _rounded(pixels * np.float32(2 ** (-stops / _GAMMA)))


@_degradation("glare", "+{:g}", (60, 120, 180, 260, 360))
def glare(pixels: Pixels, peak: float, rng: np.random.Generator) -> Pixels:
    """A soft spot of light that washes the surface out; `peak` grey levels in its middle."""
    height, width = pixels.shape[:2]
    x, y = rng.uniform(0.25, 0.75) * width, rng.uniform(0.25, 0.75) * height
    spread = 0.35 * min(height, width)
    across = np.exp(-0.5 * ((np.arange(width, dtype=np.float32) - x) / spread) ** 2)
    down = np.exp(-0.5 * ((np.arange(height, dtype=np.float32) - y) / spread) ** 2)
    return _rounded(pixels + peak * (down[:, None] * across)[..., None])


@_degradation("fog", "{:.0%}", (0.2, 0.35, 0.5, 0.65, 0.8))
def fog(pixels: Pixels, share: float, rng: np.random.Generator) -> Pixels:
    """Mist, dust or a dirty lens: light grey over everything, a little uneven."""
    height, width = pixels.shape[:2]
    uneven = smooth(height, width, max(height, width) / 2, rng)
    density = np.clip(share * (1 + 0.1 * uneven), 0.0, 0.95)[..., None]
    return _rounded(pixels + (_MIST - pixels) * density)


@_degradation("farther", "x{:g}", (0.87, 0.76, 0.66, 0.57, 0.5))
def farther(pixels: Pixels, factor: float, rng: np.random.Generator) -> Pixels:
    """Seen from farther away: shrunk, and mirrored at the borders to keep the size."""
    height, width = pixels.shape[:2]
    rows, columns = max(1, round(height * factor)), max(1, round(width * factor))
    small = Image.fromarray(pixels).resize((columns, rows), Image.Resampling.LANCZOS)
    down, across = -(-(height - rows) // 2), -(-(width - columns) // 2)
    return _mirrored(np.asarray(small), down, across)[:height, :width]


@_degradation("nearer", "x{:g}", (1.15, 1.32, 1.52, 1.74, 2.0))
def nearer(pixels: Pixels, factor: float, rng: np.random.Generator) -> Pixels:
    """Seen from nearer: the part that holds most of the dark, so that a crack stays, enlarged."""
    height, width = pixels.shape[:2]
    rows, columns = max(1, round(height / factor)), max(1, round(width / factor))
    top, left = _darkest(pixels, rows, columns)
    part = Image.fromarray(pixels[top : top + rows, left : left + columns])
    return np.array(part.resize((width, height), Image.Resampling.BICUBIC))


@_degradation("rotation", "{:g}°", (9, 18, 27, 36, 45))
def rotation(pixels: Pixels, degrees: float, rng: np.random.Generator) -> Pixels:
    """Turned to the left or to the right, mirrored where the corners are empty."""
    turn = degrees if rng.random() < 0.5 else -degrees
    height, width = pixels.shape[:2]
    around = math.ceil(0.21 * max(height, width)) + 2
    turned = Image.fromarray(_mirrored(pixels, around, around)).rotate(
        turn, Image.Resampling.BICUBIC
    )
    return np.array(turned)[around : around + height, around : around + width]


@_degradation("cast", "{:.0%}", (0.08, 0.16, 0.25, 0.35, 0.45))
def cast(pixels: Pixels, share: float, rng: np.random.Generator) -> Pixels:
    """White balance that is off: red up and blue down, or the other way round."""
    shift = share if rng.random() < 0.5 else -share
    return _rounded(pixels * np.array([1 + shift, 1, 1 - shift], np.float32))


def _mirrored(pixels: Pixels, down: int, across: int) -> Pixels:
    """`down` rows more above and below, `across` columns more on both sides."""
    return np.pad(pixels, ((down, down), (across, across), (0, 0)), mode="symmetric")


def _darkest(pixels: Pixels, rows: int, columns: int) -> tuple[int, int]:
    """Top and left of the part of that size with most darkness below the median, squared."""
    grey = pixels.mean(axis=2)
    dark = np.clip(np.median(grey) - grey, 0.0, None) ** 2
    sums = np.pad(dark.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    bands: NDArray[np.float64] = sums[rows:] - sums[:-rows]
    inside = bands[:, columns:] - bands[:, :-columns]
    top, left = np.unravel_index(int(inside.argmax()), inside.shape)
    return int(top), int(left)


def _rounded(values: ArrayLike) -> Pixels:
    return np.clip(np.asarray(values) + 0.5, 0, 255).astype(np.uint8)
