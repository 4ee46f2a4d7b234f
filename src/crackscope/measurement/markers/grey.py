"""Interpolated grey values in linear light, in which blur mixes black and white evenly."""

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.markers.marker import Floats

_CODES = np.arange(256) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4)
"""sRGB, IEC 61966-2-1."""


class Light:
    """Linear light, 0 to 1, of a grey sRGB photo (H, W) uint8; decoded on access."""

    def __init__(self, grey: NDArray[np.uint8]) -> None:
        self._grey = grey

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return (self._grey.shape[1], self._grey.shape[0])

    def at(self, down: NDArray[np.intp], across: NDArray[np.intp]) -> Floats:
        """The linear light of pixels."""
        return np.asarray(_LINEAR[self._grey[down, across]], np.float64)


def sample(light: Light, points: Floats) -> Floats:
    """The linear light at (N, 2) points, interpolated bilinearly; NaN outside the photo."""
    width, height = light.size
    x, y = points[:, 0] - 0.5, points[:, 1] - 0.5
    inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    x, y = np.where(inside, x, 0.0), np.where(inside, y, 0.0)
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    along, down = x - left, y - top
    upper = light.at(top, left) * (1 - along) + light.at(top, right) * along
    lower = light.at(bottom, left) * (1 - along) + light.at(bottom, right) * along
    return np.where(inside, upper * (1 - down) + lower * down, np.nan)
