"""Pixel statistics of windows, independent of the network: colours, gradients and tones.

Computed for several windows at a time: for a single one, call overhead takes half the time.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.types import Pixels

Floats = NDArray[np.float64]
COUNT, FEWER = 19, 12
"""Number of `statistics`, and of `robust` ones."""
_TONES = np.arange(256)
_QUANTILES = (0.02, 0.25, 0.5, 0.75, 0.98)
_LEAST = 1e-9
_FLAT = 0.1
"""Grey levels added to every mean step, so that its logarithm is finite."""
_FINEST = 0.15
"""The same in per cent of the mean brightness."""


def statistics(windows: Pixels) -> Floats:
    """(N, H, W, 3) uint8, both sides at least 8 -> (N, COUNT) float64."""
    grey = _grey(windows)
    return np.hstack([_colours(windows[:, ::3, ::3]), _gradients(grey), _tones(grey)])


def robust(windows: Pixels) -> Floats:
    """The statistics that light and camera change least: (N, H, W, 3) uint8, both sides at least 16
    -> (N, FEWER) float64.

    Colours, their texture, gradients and the spread of the grey, on scales on which windows of one
    material are nearly normally distributed. Brightness is left out.
    """
    texture, grey = _colour_texture(windows), _grey(windows)
    colours = _colours(windows[:, ::3, ::3])
    means, spreads = colours[:, 2::2], colours[:, 3::2]
    figures = [
        np.log(colours[:, :1] + 0.02),
        np.log(colours[:, 1:2] + 0.01),
        np.arcsinh(means / 8),
        np.log(spreads + 0.5),
        _gradients(grey),
        np.log1p(_spread(_histogram(grey)))[:, None],
        texture,
    ]
    return np.hstack(figures)


def _colour_texture(windows: Pixels) -> Floats:
    """Log ratio of the steps of the opponent colours to those of the grey, at scales of one and two
    pixels, (N, 2): low for concrete, whose grains are all of one colour.

    On four of 16 rows.
    """
    rows, columns = windows.shape[1] // 16 * 16, windows.shape[2] // 2 * 2
    bands = np.stack([windows[:, row:rows:16, :columns] for row in range(4)], axis=2)
    red, green, blue = (bands[..., channel].astype(np.int16) for channel in range(3))
    planes = (red + green + blue, red - green, red + green - 2 * blue)
    percent = 100 / (planes[0].mean(axis=(1, 2, 3)) / 3 + 8)
    figures = []
    for scaled, pixels in ((planes, 1), (map(_halved, planes), 4)):
        grey, reddish, yellowish = (_steps(plane) * percent / pixels for plane in scaled)
        colour = reddish + yellowish / 2
        figures.append(np.log((colour + _FINEST) / (grey / 3 + _FINEST)))
    return np.stack(figures, axis=1)


def _halved(plane: NDArray[np.int16]) -> NDArray[np.int16]:
    """Sums of squares of 2 x 2 pixels."""
    pairs = plane[..., 0::2, :] + plane[..., 1::2, :]
    return np.asarray(pairs[..., 0::2] + pairs[..., 1::2], np.int16)


def _steps(plane: NDArray[np.int16]) -> Floats:
    """Mean absolute step between rows plus that between columns, (N, B, H, W) -> (N,)."""
    steps = (plane[..., 1:, :] - plane[..., :-1, :], plane[..., 1:] - plane[..., :-1])
    flat = [np.abs(step).reshape(len(plane), -1) for step in steps]
    down, across = (step.sum(axis=1, dtype=np.int64) / step.shape[1] for step in flat)
    return np.asarray(down + across, np.float64)


def _grey(windows: Pixels) -> NDArray[np.uint8]:
    """The mean of the channels, (N, H, W)."""
    red, green, blue = (windows[..., channel] for channel in range(3))
    return np.asarray((np.add(red, green, dtype=np.uint16) + blue) // 3, np.uint8)


def _histogram(grey: NDArray[np.uint8]) -> Floats:
    """The fraction of each tone, (N, 256)."""
    counts = np.array([Image.fromarray(plane).histogram() for plane in grey], np.float64)
    return np.asarray(counts / grey[0].size)


def _spread(fraction: Floats) -> Floats:
    """The standard deviation of the grey, (N,)."""
    mean = fraction @ _TONES
    spread: Floats = np.sqrt((fraction * (_TONES - mean[:, None]) ** 2).sum(axis=1))
    return spread


def _colours(pixels: Pixels) -> Floats:
    """Saturation and the opponent axes red-green and yellow-blue: means and spreads, (N, 6)."""
    channels = np.moveaxis(pixels, 3, 0).reshape(3, len(pixels), -1).astype(np.float32)
    red, green, blue = channels
    most, least = channels.max(axis=0), channels.min(axis=0)
    planes = np.stack([(most - least) / np.maximum(most, 1), red - green, (red + green) / 2 - blue])
    figures = np.stack([planes.mean(axis=2), planes.std(axis=2)], axis=1)
    return np.asarray(figures.reshape(6, -1).T, np.float64)


def _gradients(grey: NDArray[np.uint8]) -> Floats:
    """Log mean gradient at scales of one and four pixels, and its vertical to horizontal ratio,
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
    """Mean absolute step between rows and between columns, on every other row, each (N,).

    Computed in the shortest integers that fit, which is twice as fast as floats.
    """
    upper, lower = planes[:, 0:-1:2], planes[:, 1::2]
    left, right = upper[..., :-1], upper[..., 1:]
    steps = [np.maximum(a, b) - np.minimum(a, b) for a, b in ((upper, lower), (left, right))]
    flat = [step.reshape(len(planes), -1) for step in steps]
    down, across = (step.sum(axis=1, dtype=np.uint64) / step.shape[1] for step in flat)
    return down, across


def _tones(grey: NDArray[np.uint8]) -> Floats:
    """Mean, spread, quantiles about the median, entropy, clipped fractions and peaks of the grey,
    (N, 10)."""
    fraction = _histogram(grey)
    below = fraction.cumsum(axis=1)
    low, lower, median, upper, high = ((below < limit).sum(axis=1) for limit in _QUANTILES)
    mean, spread = fraction @ _TONES, _spread(fraction)
    coarse = fraction.reshape(-1, 32, 8).sum(axis=2)
    entropy = -(coarse * np.log(np.maximum(coarse, _LEAST))).sum(axis=1)
    offsets = [tone - median for tone in (low, lower, upper, high)]
    clipped = [fraction[:, 251:].sum(axis=1), fraction[:, :5].sum(axis=1)]
    peaks = (coarse > 0.2).sum(axis=1)
    figures = [mean, np.log1p(spread), *offsets, entropy, *clipped, peaks]
    return np.stack(figures, axis=1).astype(np.float64)
