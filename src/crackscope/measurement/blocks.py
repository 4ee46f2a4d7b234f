"""Grey values of a photo: an array, or the blocks of it that are read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.seen import Whole

SIDE = 64
"""Side of a block in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Grey values of a photo of `shape` (H, W), of which only some blocks are known.

    `number` (rows, columns) is the block at a place, -1 where it is unknown; `values` (B, 64, 64)
    are uint8.
    """

    shape: tuple[int, int]
    number: NDArray[np.int32]
    values: NDArray[np.uint8]

    @property
    def ndim(self) -> int:
        """As of an array: 2."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """As of an array: the number of pixels of the photo."""
        return self.shape[0] * self.shape[1]

    def take(self, row: Whole, column: Whole) -> NDArray[np.uint8]:
        """The values at rows and columns within the photo, which must be known."""
        block = self.number[row // SIDE, column // SIDE]
        return np.asarray(self.values[block, row % SIDE, column % SIDE])


Grey = NDArray[np.generic] | Blocks
"""(H, W) grey values as they are in the file; the centre of the first pixel is at (0.5, 0.5)."""


def corners(photo: Grey, top: Whole, left: Whole) -> tuple[NDArray[np.generic], ...]:
    """The values at (top, left), to the right, below, and below to the right of it."""
    height, width = photo.shape
    right, down = int(width > 1), int(height > 1)
    if isinstance(photo, Blocks):
        places = ((0, 0), (0, right), (down, 0), (down, right))
        return tuple(photo.take(top + y, left + x) for y, x in places)
    flat, first = photo.reshape(-1), top * width + left
    return tuple(flat[first + step] for step in (0, right, down * width, down * width + right))
