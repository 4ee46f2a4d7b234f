"""What a camera shows of a crack, seen across: a box darker than its ground, blurred.

Light adds up where it is blurred, before the camera turns it into grey values. A photo whose edges
are as steep at their dark as at their bright end has `tone` 1: its grey values blur like light.
Cracks on site look so, since their rims are worn and shaded; clean edges show the camera's own
curve, a tone of about 2.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_REACH, _A_UNIT = 6, 1000
"""Of the tables below: standard deviations to each side, and entries for each."""
_PLACES = np.linspace(-_REACH, _REACH, 2 * _REACH * _A_UNIT + 1)
_CUMULATIVE = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in _PLACES], np.float32)
_DENSITY = (np.exp(-0.5 * np.square(_PLACES)) / math.sqrt(2 * math.pi)).astype(np.float32)


def box(x: Singles, width_px: Singles, blur_px: Singles | float) -> Singles:
    """A box of height 1 around 0, blurred by a Gaussian: at `x`, in pixels; they broadcast."""
    rising, falling = _edges(x, width_px, blur_px)
    return np.asarray(_CUMULATIVE[rising] - _CUMULATIVE[falling])


def box_slopes(
    x: Singles, width_px: Singles, blur_px: Singles | float
) -> tuple[Singles, Singles, Singles]:
    """The same, and how it changes by a pixel of `x` and by a pixel of width."""
    rising, falling = _edges(x, width_px, blur_px)
    first = np.asarray(_DENSITY[rising] / blur_px, np.float32)
    second = np.asarray(_DENSITY[falling] / blur_px, np.float32)
    covered = np.asarray(_CUMULATIVE[rising] - _CUMULATIVE[falling])
    return covered, first - second, (first + second) / np.float32(2)


def grey(covered: Singles, depth: Singles | float, tone: Singles | float) -> Singles:
    """The grey value as a fraction of the ground's, where a crack covers a fraction of what a
    sample sees; `depth` is the grey value of the crack itself."""
    if isinstance(tone, float) and tone == 1:
        return np.asarray(1 - (1 - depth) * covered)
    light = 1 - (1 - depth**tone) * covered
    return np.asarray(np.maximum(light, 1e-6) ** (1 / tone), np.float32)


def grey_slope(value: Singles, depth: Singles | float, tone: Singles | float) -> Singles:
    """How that changes with `covered`, where it is `value`."""
    if isinstance(tone, float) and tone == 1:
        return np.asarray(depth - 1, np.float32)
    rise = -(1 - depth**tone) / tone
    return np.asarray(rise * np.maximum(value, 0.05) ** (1 - tone), np.float32)


def sharpened(value: Singles, halo: Singles | float) -> Singles:
    """Profiles (M, N) as a camera sharpens them: what differs from around, over 1 px, more so."""
    if isinstance(halo, float) and halo == 0:
        return value
    wide = np.pad(value, ((0, 0), (2, 2)), mode="edge")
    around = (wide[:, :-4] + wide[:, 4:] + 4 * (wide[:, 1:-3] + wide[:, 3:-1]) + 6 * value) / 16
    return np.asarray(value + halo * (value - around), np.float32)


def _edges(
    x: Singles, width_px: Singles, blur_px: Singles | float
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The entries of the tables at both edges."""
    low, high = (np.asarray((x + side * width_px) / blur_px, np.float32) for side in (0.5, -0.5))
    return _entry(low), _entry(high)


def _entry(x: Singles) -> NDArray[np.int32]:
    scaled = np.clip(x, -_REACH, _REACH) * np.float32(_A_UNIT)
    return np.asarray((scaled + np.float32(_REACH * _A_UNIT + 0.5)).astype(np.int32))
