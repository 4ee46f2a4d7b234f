"""The grey values of a large photo near its lines: all that measuring reads, in little memory.

Square blocks that a profile may reach are kept, the rest of the photo is not.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.errors import UsageError
from crackscope.measurement import edges
from crackscope.measurement.blocks import SIDE, Blocks
from crackscope.measurement.profiles import Places, places
from crackscope.measurement.seen import Floats
from crackscope.measurement.taken import FOLDED_PX, REACH_PX
from crackscope.types import Pixels

_MOST_BYTES = 2**29
_ABSENT, _ROWS = -1, 128
_WIDEST_FIT_PX = 16.5
"""The largest width that a fit may give a crack traced as narrow."""


def near_lines(shape: tuple[int, int], lines: Sequence[Floats], strips: Iterable[Pixels]) -> Blocks:
    """Keep what the profiles of `lines`, (N, 3) each, read of a photo of `shape` (H, W).

    `strips` are its rows from top to bottom, (h, W, 3) each; rows below the last profile are not
    read. Raises UsageError if cracks cover so much of it that it would not fit in 512 MB.
    """
    wanted = _wanted(shape, places(lines))
    count = int(wanted.sum())
    if count * SIDE**2 > _MOST_BYTES:
        raise UsageError(
            "widths are measured in large photos whose cracks reach at most 512 megapixels. "
            f"Received: {count * SIDE**2 / 1e6:.0f}. Split the photo"
        )
    number = np.full(wanted.shape, _ABSENT, np.int32)
    number[wanted] = np.arange(count)
    blocks = np.zeros((count, SIDE, SIDE), np.uint8)
    last = SIDE * (1 + int(np.flatnonzero(wanted.any(axis=1)).max(initial=-1)))
    top = 0
    for strip in strips:
        _keep(strip, top, number, blocks)
        top += len(strip)
        if top >= last:
            break
    return Blocks(shape, number, blocks)


def _wanted(shape: tuple[int, int], at: Places) -> NDArray[np.bool_]:
    """(rows, columns) of blocks that a profile may reach."""
    rows, columns = (math.ceil(side / SIDE) for side in shape)
    wanted = np.zeros((rows, columns), np.bool_)
    reach = _reach(at.traced_px)[:, None]
    low, high = (np.floor((at.at[:, ::-1] + sign * reach) / SIDE).astype(int) for sign in (-1, 1))
    low, high = np.maximum(low, 0), np.minimum(high, (rows - 1, columns - 1))
    for y0, x0, y1, x1 in np.unique(np.concatenate([low, high], axis=1), axis=0).tolist():
        wanted[y0 : y1 + 1, x0 : x1 + 1] = True
    return wanted


def _reach(traced_px: Floats) -> Floats:
    """(M,) how far from a line its profiles read, in pixels."""
    folded = np.zeros(len(traced_px))
    for members, size in edges.classes(np.maximum(traced_px, _WIDEST_FIT_PX)):
        folded[members] = size + FOLDED_PX
    return np.maximum(folded, REACH_PX + traced_px / 2) + 2


def _keep(strip: Pixels, top: int, number: NDArray[np.int32], blocks: NDArray[np.uint8]) -> None:
    """Copy the rows of a strip that begins at `top` into the blocks."""
    first, end = top // SIDE, math.ceil((top + len(strip)) / SIDE)
    if (number[first:end] == _ABSENT).all():
        return
    grey = grey_of(strip)
    for row in range(first, end):
        y0, y1 = max(row * SIDE, top), min((row + 1) * SIDE, top + len(strip))
        for column in np.flatnonzero(number[row] != _ABSENT).tolist():
            part = grey[y0 - top : y1 - top, column * SIDE : (column + 1) * SIDE]
            block = blocks[number[row, column]]
            block[y0 - row * SIDE : y1 - row * SIDE, : part.shape[1]] = part


def grey_of(pixels: Pixels) -> NDArray[np.uint8]:
    """(H, W) grey values of (H, W, 3) pixels, some rows at a time, which is twice as fast."""
    grey = np.empty(pixels.shape[:2], np.uint8)
    for top in range(0, len(pixels), _ROWS):
        rows = slice(top, top + _ROWS)
        grey[rows] = np.asarray(Image.fromarray(pixels[rows]).convert("L"))
    return grey
