"""What the pixels of a window are like, the network aside: colours, gradients and tones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.types import Pixels

Floats = NDArray[np.float64]
COUNT = 19
_TONES = np.arange(256)
_LEAST = 1e-9
_FLAT = 0.1
"""Grey levels added to every mean step, which is never 0 then."""


def statistics(window: Pixels) -> Floats:
    """(H, W, 3) uint8, both sides at least 8 -> (COUNT,) float64."""
    red, green, blue = (window[..., channel] for channel in range(3))
    grey = ((np.add(red, green, dtype=np.uint16) + blue) // 3).astype(np.uint8)
    return np.array([*_colours(window[::3, ::3]), *_gradients(grey), *_tones(grey)], np.float64)


def _colours(pixels: Pixels) -> list[float]:
    """Saturation and the opponent axes red-green and yellow-blue: means and spreads."""
    red, green, blue = channels = np.moveaxis(pixels, 2, 0).reshape(3, -1).astype(np.float32)
    most, least = channels.max(axis=0), channels.min(axis=0)
    planes = np.stack([(most - least) / np.maximum(most, 1), red - green, (red + green) / 2 - blue])
    return [*np.column_stack([planes.mean(axis=1), planes.std(axis=1)]).ravel()]


def _gradients(grey: NDArray[np.uint8]) -> list[float]:
    """Logarithms: how steep at one pixel and at four, and how much more downwards than across."""
    rows, columns = (side // 4 * 4 for side in grey.shape)
    fine = grey[:rows, :columns]
    wide = fine.astype(np.uint16)
    bands = wide[0::4] + wide[1::4] + wide[2::4] + wide[3::4]
    squares = bands[:, 0::4] + bands[:, 1::4] + bands[:, 2::4] + bands[:, 3::4]
    down, across = (step + _FLAT for step in _slopes(fine))
    coarse = sum(step / 16 + _FLAT for step in _slopes(squares))
    return [*np.log([down + across, coarse, down / across])]


def _slopes(plane: NDArray[np.unsignedinteger[Any]]) -> tuple[float, float]:
    """Mean step from row to row and from column to column, by every other row.

    In integers as short as they come, which is twice as fast as in floats.
    """
    upper, lower = plane[0:-1:2], plane[1::2]
    left, right = upper[:, :-1], upper[:, 1:]
    steps = [np.maximum(a, b) - np.minimum(a, b) for a, b in ((upper, lower), (left, right))]
    down, across = (float(step.sum(dtype=np.uint64)) / step.size for step in steps)
    return down, across


def _tones(grey: NDArray[np.uint8]) -> list[float]:
    """Mean, spread, quantiles about the median, entropy, clipped shares and peaks of the grey."""
    share = np.array(Image.fromarray(grey).histogram()) / grey.size
    low, lower, median, upper, high = np.searchsorted(share.cumsum(), (0.02, 0.25, 0.5, 0.75, 0.98))
    mean = float(share @ _TONES)
    spread = float(np.sqrt(share @ (_TONES - mean) ** 2))
    coarse = share.reshape(32, 8).sum(axis=1)
    entropy = -float(coarse @ np.log(np.maximum(coarse, _LEAST)))
    offsets = [float(tone - median) for tone in (low, lower, upper, high)]
    clipped = [float(share[251:].sum()), float(share[:5].sum())]
    return [mean, float(np.log1p(spread)), *offsets, entropy, *clipped, float((coarse > 0.2).sum())]
