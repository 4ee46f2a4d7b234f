"""The colour scale of scores: perceptually uniform, safe for colour blindness and grey prints."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

_START = (0.30, 0.15, 275.0)
_END = (0.80, 0.16, 430.0)
"""Ends of the scale in OKLCh (lightness, chroma, hue in degrees): dark blue, then orange (70°).

OKLCh is perceptually uniform. Lightness rises along the whole scale, which keeps it readable in a
grey print and with any colour blindness. It contains no grey, which would vanish on concrete.
"""


@cache
def scale(steps: int = 256) -> NDArray[np.uint8]:
    """(steps, 3) sRGB uint8, from score 0 (dark blue) to score 1 (orange)."""
    lightness, chroma, hue = np.linspace(_START, _END, steps).T
    angle = np.radians(hue)
    lab = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=1)
    linear = _oklab_to_linear(lab)
    encoded = np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
    )
    colours: NDArray[np.uint8] = np.rint(np.clip(encoded, 0, 1) * 255).astype(np.uint8)
    colours.setflags(write=False)
    return colours


def of_score(score: float) -> tuple[int, int, int]:
    """The colour of a score between 0 and 1."""
    colours = scale()
    red, green, blue = colours[round(score * (len(colours) - 1))].tolist()
    return red, green, blue


def luminance(shade: tuple[int, int, int]) -> float:
    """Relative luminance of an sRGB colour, 0 (black) to 1 (white), as in WCAG 2."""
    encoded = np.array(shade) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _oklab_to_linear(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """OKLab to linear sRGB (B. Ottosson, "A perceptual color space for image processing", 2020)."""
    to_cones = np.array(
        [
            [1.0, 0.3963377774, 0.2158037573],
            [1.0, -0.1055613458, -0.0638541728],
            [1.0, -0.0894841775, -1.2914855480],
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear: NDArray[np.float64] = (lab @ to_cones.T) ** 3 @ to_rgb.T
    return linear
