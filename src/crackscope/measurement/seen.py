"""Model of a crack's profile in a photo: a box darker than its ground, blurred.

Blur mixes light, before the camera converts it to grey values. If edges are as steep at their dark
as at their bright end, `tone` is 1: grey values blur like light. Cracks on site are like that, as
their rims are worn and shaded. Clean edges show the tone curve of the camera, about 2.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Whole = NDArray[np.int64]

_IN_ONE_THREAD = 2**17
_DARK = 0.05
"""Grey values, relative to the ground, below which the slope of the tone is that of this value."""
_REACH, _A_UNIT = 6, 1000
"""Range of the tables below in standard deviations to each side, and entries for each."""
_PLACES = np.linspace(-_REACH, _REACH, 2 * _REACH * _A_UNIT + 1)
_CUMULATIVE = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in _PLACES], np.float32)
_DENSITY = (np.exp(-0.5 * np.square(_PLACES)) / math.sqrt(2 * math.pi)).astype(np.float32)


def box(x: Singles, width_px: Singles, blur_px: Singles | float) -> Singles:
    """A box of height 1 around 0, blurred by a Gaussian, at `x` in pixels; arguments broadcast."""
    rising, falling = _edges(x, width_px, blur_px)
    return np.asarray(_CUMULATIVE[rising] - _CUMULATIVE[falling])


def box_slopes(
    x: Singles, width_px: Singles, blur_px: Singles | float
) -> tuple[Singles, Singles, Singles]:
    """The same, with derivatives by `x` and by width, per pixel."""
    rising, falling = _edges(x, width_px, blur_px)
    first = np.asarray(_DENSITY[rising] / blur_px, np.float32)
    second = np.asarray(_DENSITY[falling] / blur_px, np.float32)
    covered = np.asarray(_CUMULATIVE[rising] - _CUMULATIVE[falling])
    return covered, first - second, (first + second) / np.float32(2)


def grey(covered: Singles, depth: Singles | float, tone: Singles | float) -> Singles:
    """The grey value as a fraction of the ground's, for samples partly covered by a crack.

    `covered` is the covered fraction, `depth` the grey value of the crack itself.
    """
    if isinstance(tone, float) and tone == 1:
        return np.asarray(1 - (1 - depth) * covered)
    light = 1 - (1 - depth**tone) * covered
    return np.asarray(np.maximum(light, 1e-6) ** (1 / tone), np.float32)


def grey_and_slope(
    covered: Singles, depth: Singles | float, tone: Singles | float
) -> tuple[Singles, Singles]:
    """`grey`, and its derivative by `covered`; the slope of the darkest values is limited."""
    if isinstance(tone, float) and tone == 1:
        value = np.asarray(1 - (1 - depth) * covered)
        return value, np.asarray(depth - 1, np.float32)
    change = 1 - depth**tone
    light = np.maximum(1 - change * covered, 1e-6)
    value = np.asarray(light ** (1 / tone), np.float32)
    steepest = np.maximum(light, _DARK**tone)  # so that value / light is value ** (1 - tone)
    return value, np.asarray(-change / tone * np.maximum(value, _DARK) / steepest, np.float32)


def sharpened(value: Singles, halo: Singles | float) -> Singles:
    """Profiles (M, N) with sharpening: differences to the surroundings, over 1 px, are enhanced."""
    if isinstance(halo, float) and halo == 0:
        return value
    return np.asarray(value + halo * times(value, _sharpening(value.shape[1])), np.float32)


def times(rows: Singles, matrix: Singles) -> Singles:
    """The product of rows (M, N) and a matrix (N, K), in one thread.

    Photos are measured in parallel, and threads of a matrix product would only compete: so it is
    made of products that are too small for OpenBLAS to divide (up to 2^18 multiplications).
    """
    together = max(1, _IN_ONE_THREAD // matrix.size)
    whole = len(rows) // together * together
    found = np.empty((len(rows), matrix.shape[1]), np.float32)
    stacked = rows[:whole].reshape(-1, together, rows.shape[1])
    np.matmul(stacked, matrix, out=found[:whole].reshape(-1, together, matrix.shape[1]))
    np.matmul(rows[whole:], matrix, out=found[whole:])
    return found


@cache
def _sharpening(samples: int) -> Singles:
    """(N, N): profiles times this are their differences to the surroundings, 1 4 6 4 1."""
    wide = np.pad(np.eye(samples), ((0, 0), (2, 2)), mode="edge")
    around = (wide[:, :-4] + wide[:, 4:] + 4 * (wide[:, 1:-3] + wide[:, 3:-1])) / 16
    return np.asarray(np.eye(samples) * (1 - 6 / 16) - around, np.float32)


def _edges(
    x: Singles, width_px: Singles, blur_px: Singles | float
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The table entries at both edges."""
    low, high = (np.asarray((x + side * width_px) / blur_px, np.float32) for side in (0.5, -0.5))
    return _entry(low), _entry(high)


def _entry(x: Singles) -> NDArray[np.int32]:
    scaled = np.clip(x, -_REACH, _REACH) * np.float32(_A_UNIT)
    return np.asarray((scaled + np.float32(_REACH * _A_UNIT + 0.5)).astype(np.int32))
