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
_MIDDLE = 0.4
"""How much texture of 4 to 12 px hides, in proportion to finer one."""
_FADED = 0.6
"""Fraction of the contrast asked of a whole crack that a stretch of it has to keep."""


def strength(change: Field, mask: Field, texture: Field, length: float) -> float:
    """How well a crack shows, in units of what is asked of it: at 1 and more it can be seen.

    `change` (H, W) is by how many grey levels the crack differs from its ground, `texture` as
    `texture_of` gives it, `length` that of all its branches in pixels.
    """
    here = _box(mask)
    area = float(mask[here].sum())
    if area <= 0.0:
        return 0.0
    contrast = float((_contrast(change[here], mask[here]) * mask[here]).sum()) / area
    around = float((texture[here] * mask[here]).sum()) / area
    return contrast * math.sqrt(area * _LENGTH / max(length, 1.0)) / (VISIBLE * around)


def keep(change: Field, mask: Field, texture: Field) -> Field:
    """The mask without the stretches, longer than some 30 px, along which nothing is to be seen."""
    here = _box(mask)
    if not mask[here].size:
        return mask
    area = _around(mask[here])
    total = _around(_contrast(change[here], mask[here]) * mask[here])
    asked = np.float32(_FADED * VISIBLE * math.sqrt(_WINDOW / _LENGTH))
    seen = total >= asked * texture[here] * np.sqrt(np.maximum(area, 1e-6))
    kept = np.zeros_like(mask)
    kept[here] = mask[here] * seen
    return kept


def _contrast(change: Field, mask: Field) -> Field:
    """By how much the change differs from that beside the crack: a halo alone is no crack."""
    beside = 1 - mask
    level = _around(change * beside) / np.maximum(_around(beside), 1.0)
    return np.asarray(np.abs(change - level), np.float32)


def _box(mask: Field) -> tuple[slice, slice]:
    """The rows and columns that hold the mask, and as many around as its windows reach."""
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    around = _WINDOW // 2
    return (
        slice(max(0, rows[0] - around), rows[-1] + 1 + around),
        slice(max(0, columns[0] - around), columns[-1] + 1 + around),
    )


def texture_of(surface: Surface) -> Field:
    """(H, W) standard deviation in grey levels of what is finer than some 12 pixels, coarse
    structure counting for less, in windows of some 33 px; at least 1.5."""
    height, width = surface.shape[:2]
    image = Image.fromarray(grey(surface))
    small = (-(-width // _COARSE), -(-height // _COARSE))
    coarse = image.resize(small, Image.Resampling.BOX)
    fine = _without(image, coarse)
    coarser = coarse.resize((-(-small[0] // 3), -(-small[1] // 3)), Image.Resampling.BOX)
    middle = _without(coarse, coarser)
    power = Image.fromarray(np.square(fine)).resize(small, Image.Resampling.BOX)
    total = np.asarray(power, np.float64) + _MIDDLE * np.square(middle)
    window = max(1, _WINDOW // _COARSE // 2)
    around = _sums(_sums(total, 0, window), 1, window)
    counts = [_sums(np.ones(size), 0, window) for size in around.shape]
    texture = np.sqrt(around / (counts[0][:, None] * counts[1][None]))
    large = Image.fromarray(texture.astype(np.float32)).resize((width, height))
    return np.asarray(np.maximum(np.asarray(large), 1.5), np.float32)


def _without(image: Image.Image, coarse: Image.Image) -> Field:
    large = np.asarray(coarse.resize(image.size, Image.Resampling.BICUBIC), np.float32)
    return np.asarray(image, np.float32) - large


def _around(values: Field) -> Field:
    """Sums over the windows around each pixel, on a grid of 4 px, which saves most of the time."""
    height, width = values.shape
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    cells = np.asarray(image.reduce(_COARSE), np.float64) * _COARSE**2
    half = _WINDOW // _COARSE // 2
    sums = Image.fromarray(_sums(_sums(cells, 0, half), 1, half).astype(np.float32))
    box = (0.0, 0.0, width / _COARSE, height / _COARSE)
    return np.asarray(sums.resize((width, height), Image.Resampling.BILINEAR, box=box), np.float32)


def _sums(values: np.ndarray, axis: int, half: int) -> np.ndarray:
    """Sums over the `half` neighbours on either side, as far as there are any, and the value."""
    size = values.shape[axis]
    total = np.concatenate(
        [np.zeros_like(values.take([0], axis)), np.cumsum(values, axis=axis)], axis=axis
    )
    place = np.arange(size)
    high, low = np.minimum(place + half + 1, size), np.maximum(place - half, 0)
    return np.asarray(total.take(high, axis) - total.take(low, axis))
