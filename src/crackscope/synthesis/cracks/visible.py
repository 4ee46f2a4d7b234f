"""Visibility of a crack in the texture around it, as a whole and along its length.

An invisible crack must not be labelled: it would teach the network that rough texture is cracked.
"""

import math

import numpy as np
from PIL import Image

from crackscope.synthesis.surface import Field, Surface, grey

VISIBLE = 55.0
"""Smallest visible contrast of a crack 227 px long, in units of the texture around it, times the
square root of its area. Chosen by eye on contact sheets."""
_LENGTH = 227.0
_WINDOW, _COARSE = 33, 4
_MIDDLE = 0.4
"""Weight of texture of 4 to 12 px relative to finer texture."""
_FADED = 0.6
"""Required contrast of a section of a crack, as a fraction of that of a whole crack."""


def strength(change: Field, mask: Field, texture: Field, length: float) -> float:
    """Visibility of a crack: at least 1 means visible.

    `change` (H, W) is the difference to the ground in grey levels, `texture` the result of
    `texture_of`, `length` that of all branches in pixels.
    """
    here = _box(mask)
    area = float(mask[here].sum())
    if area <= 0.0:
        return 0.0
    contrast = float((_contrast(change[here], mask[here]) * mask[here]).sum()) / area
    around = float((texture[here] * mask[here]).sum()) / area
    return contrast * math.sqrt(area * _LENGTH / max(length, 1.0)) / (VISIBLE * around)


def keep(change: Field, mask: Field, texture: Field) -> Field:
    """The mask without sections longer than about 30 px in which the crack is invisible."""
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
    """Difference between the change on the crack and beside it: a halo alone is not a crack."""
    beside = 1 - mask
    level = _around(change * beside) / np.maximum(_around(beside), 1.0)
    return np.asarray(np.abs(change - level), np.float32)


def _box(mask: Field) -> tuple[slice, slice]:
    """Rows and columns that hold the mask, with a margin of half an averaging window."""
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    around = _WINDOW // 2
    return (
        slice(max(0, rows[0] - around), rows[-1] + 1 + around),
        slice(max(0, columns[0] - around), columns[-1] + 1 + around),
    )


def texture_of(surface: Surface) -> Field:
    """(H, W) local standard deviation in grey levels of texture finer than about 12 px, at least
    1.5, in averaging windows of about 33 px; coarser texture counts less."""
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
    """Sums over averaging windows around each pixel, on a grid of 4 px, to save time."""
    height, width = values.shape
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    cells = np.asarray(image.reduce(_COARSE), np.float64) * _COARSE**2
    half = _WINDOW // _COARSE // 2
    sums = Image.fromarray(_sums(_sums(cells, 0, half), 1, half).astype(np.float32))
    box = (0.0, 0.0, width / _COARSE, height / _COARSE)
    return np.asarray(sums.resize((width, height), Image.Resampling.BILINEAR, box=box), np.float32)


def _sums(values: np.ndarray, axis: int, half: int) -> np.ndarray:
    """Sums over each value and up to `half` neighbours on either side."""
    size = values.shape[axis]
    total = np.concatenate(
        [np.zeros_like(values.take([0], axis)), np.cumsum(values, axis=axis)], axis=axis
    )
    place = np.arange(size)
    high, low = np.minimum(place + half + 1, size), np.maximum(place - half, 0)
    return np.asarray(total.take(high, axis) - total.take(low, axis))
