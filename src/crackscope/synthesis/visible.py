"""Whether a crack can be seen in the texture it stands in, and where along it.

A crack that nobody could see must not be labelled: it would teach that rough texture is cracked.
"""

import math

import numpy as np
from PIL import Image

from crackscope.synthesis.surface import Field, Surface, grey

VISIBLE = 55.0
"""Contrast of a crack of 227 px, in units of the texture it stands in, times the square root of
its area, below which nobody would see it. From looking at sheets."""
_LENGTH = 227.0
_WINDOW, _COARSE = 33, 4
_FADED = 0.5
"""Fraction of the contrast asked of a whole crack that a stretch of it has to keep."""


def strength(change: Field, mask: Field, texture: Field, length: float) -> float:
    """How well a crack shows, in units of what is asked of it: at 1 and more it can be seen.

    `change` (H, W) is by how many grey levels the crack differs from its ground, `texture` as
    `texture_of` gives it, `length` that of all its branches in pixels.
    """
    area = float(mask.sum())
    if area <= 0.0:
        return 0.0
    contrast = float((np.abs(change) * mask).sum()) / area
    around = float((texture * mask).sum()) / area
    return contrast * math.sqrt(area * _LENGTH / max(length, 1.0)) / (VISIBLE * around)


def keep(change: Field, mask: Field, texture: Field) -> Field:
    """The mask without the stretches, longer than some 30 px, along which nothing is to be seen."""
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    if not len(rows):
        return mask
    here = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    area = _around(mask[here])
    total = _around(np.abs(change[here]) * mask[here])
    asked = np.float32(_FADED * VISIBLE * math.sqrt(_WINDOW / _LENGTH))
    seen = total >= asked * texture[here] * np.sqrt(np.maximum(area, 1e-6))
    kept = np.zeros_like(mask)
    kept[here] = mask[here] * seen
    return kept


def texture_of(surface: Surface) -> Field:
    """(H, W) standard deviation in grey levels of what is finer than a few pixels, in windows of
    some 33 px; at least 1.5."""
    height, width = surface.shape[:2]
    fine = grey(surface)
    image, small = Image.fromarray(fine), (-(-width // _COARSE), -(-height // _COARSE))
    coarse = image.resize(small, Image.Resampling.BOX)
    fine = fine - np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
    power = Image.fromarray(np.square(fine)).resize(small, Image.Resampling.BOX)
    window = max(1, _WINDOW // _COARSE // 2)
    around = _sums(_sums(np.asarray(power, np.float64), 0, window), 1, window)
    counts = [_sums(np.ones(size), 0, window) for size in around.shape]
    texture = np.sqrt(around / (counts[0][:, None] * counts[1][None]))
    large = Image.fromarray(texture.astype(np.float32)).resize((width, height))
    return np.asarray(np.maximum(np.asarray(large), 1.5), np.float32)


def _around(values: Field) -> Field:
    """Sums over the windows around each pixel."""
    half = _WINDOW // 2
    return np.asarray(_sums(_sums(values.astype(np.float64), 0, half), 1, half), np.float32)


def _sums(values: np.ndarray, axis: int, half: int) -> np.ndarray:
    """Sums over the `half` neighbours on either side, as far as there are any, and the value."""
    size = values.shape[axis]
    total = np.concatenate(
        [np.zeros_like(values.take([0], axis)), np.cumsum(values, axis=axis)], axis=axis
    )
    place = np.arange(size)
    high, low = np.minimum(place + half + 1, size), np.maximum(place - half, 0)
    return np.asarray(total.take(high, axis) - total.take(low, axis))
