"""What the pixels of windows are like, the network aside: colours, gradients and tones.

Several windows at a time: for one alone, half the time goes to beginning the sixty steps.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.types import Pixels

Floats = NDArray[np.float64]
COUNT = 19
_TONES = np.arange(256)
_SHARES = (0.02, 0.25, 0.5, 0.75, 0.98)
_LEAST = 1e-9
_FLAT = 0.1
"""Grey levels added to every mean step, which is never 0 then."""


def statistics(windows: Pixels) -> Floats:
    """(N, H, W, 3) uint8, both sides at least 8 -> (N, COUNT) float64."""
    red, green, blue = (windows[..., channel] for channel in range(3))
    grey = ((np.add(red, green, dtype=np.uint16) + blue) // 3).astype(np.uint8)
    return np.hstack([_colours(windows[:, ::3, ::3]), _gradients(grey), _tones(grey)])


def _colours(pixels: Pixels) -> Floats:
    """Saturation and the opponent axes red-green and yellow-blue: means and spreads, (N, 6)."""
    channels = np.moveaxis(pixels, 3, 0).reshape(3, len(pixels), -1).astype(np.float32)
    red, green, blue = channels
    most, least = channels.max(axis=0), channels.min(axis=0)
    planes = np.stack([(most - least) / np.maximum(most, 1), red - green, (red + green) / 2 - blue])
    figures = np.stack([planes.mean(axis=2), planes.std(axis=2)], axis=1)
    return np.asarray(figures.reshape(6, -1).T, np.float64)


def _gradients(grey: NDArray[np.uint8]) -> Floats:
    """Logarithms: how steep at one pixel and at four, and how much more downwards than across,
    (N, 3)."""
    rows, columns = (side // 4 * 4 for side in grey.shape[1:])
    fine = grey[:, :rows, :columns]
    wide = fine.astype(np.uint16)
    bands = wide[:, 0::4] + wide[:, 1::4] + wide[:, 2::4] + wide[:, 3::4]
    squares = bands[:, :, 0::4] + bands[:, :, 1::4] + bands[:, :, 2::4] + bands[:, :, 3::4]
    down, across = (step + _FLAT for step in _slopes(fine))
    coarse = sum(step / 16 + _FLAT for step in _slopes(squares))
    return np.asarray(np.log(np.stack([down + across, coarse, down / across], axis=1)))


def _slopes(planes: NDArray[np.unsignedinteger[Any]]) -> tuple[Floats, Floats]:
    """Mean step from row to row and from column to column, by every other row, each (N,).

    In integers as short as they come, which is twice as fast as in floats.
    """
    upper, lower = planes[:, 0:-1:2], planes[:, 1::2]
    left, right = upper[..., :-1], upper[..., 1:]
    steps = [np.maximum(a, b) - np.minimum(a, b) for a, b in ((upper, lower), (left, right))]
    flat = [step.reshape(len(planes), -1) for step in steps]
    down, across = (step.sum(axis=1, dtype=np.uint64) / step.shape[1] for step in flat)
    return down, across


def _tones(grey: NDArray[np.uint8]) -> Floats:
    """Mean, spread, quantiles about the median, entropy, clipped shares and peaks of the grey,
    (N, 10)."""
    share = np.array([Image.fromarray(plane).histogram() for plane in grey]) / grey[0].size
    below = share.cumsum(axis=1)
    low, lower, median, upper, high = ((below < limit).sum(axis=1) for limit in _SHARES)
    mean = share @ _TONES
    spread = np.sqrt((share * (_TONES - mean[:, None]) ** 2).sum(axis=1))
    coarse = share.reshape(-1, 32, 8).sum(axis=2)
    entropy = -(coarse * np.log(np.maximum(coarse, _LEAST))).sum(axis=1)
    offsets = [tone - median for tone in (low, lower, upper, high)]
    clipped = [share[:, 251:].sum(axis=1), share[:, :5].sum(axis=1)]
    peaks = (coarse > 0.2).sum(axis=1)
    figures = [mean, np.log1p(spread), *offsets, entropy, *clipped, peaks]
    return np.stack(figures, axis=1).astype(np.float64)
