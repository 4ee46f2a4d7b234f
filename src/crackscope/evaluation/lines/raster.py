"""Rasterise lines and masks: the pixels of a polyline, the centre line of a mask."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.lines.graph import numbered
from crackscope.lines.thinning import thin
from crackscope.types import Line

Mask = NDArray[np.bool_]
"""(H, W) bool: True for crack pixels."""
Flat = NDArray[np.intp]
"""(P,) flat pixel indices, row * W + column; ascending and unique."""

_STRAIGHT, _DIAGONAL = 0.948, 1.340


def raster(lines: Iterable[Line], height: int, width: int) -> Flat:
    """The pixels of polylines, one pixel wide and 8-connected (Bresenham).

    A line (N, 3) has x, y and width; the width is ignored. The centre of the first pixel is
    (0.5, 0.5). Pixels outside the image are dropped.
    """
    legs = [np.rint(np.asarray(line)[:, :2] - 0.5) for line in lines]
    if not legs:
        return np.empty(0, np.intp)
    first, last = (
        np.concatenate([leg[end] for leg in legs]) for end in (slice(-1), slice(1, None))
    )
    steps = np.abs(last - first).max(axis=1).astype(np.intp)
    segment, place = numbered(steps + 1)
    fraction = (place / np.maximum(steps, 1)[segment])[:, None]
    x, y = np.rint(first[segment] + fraction * (last - first)[segment]).astype(np.intp).T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return np.unique(y[inside] * width + x[inside])


def centre_line(mask: Mask) -> Flat:
    """The pixels of a mask's centre line."""
    return np.flatnonzero(thin(mask))


def distance(mask: Mask) -> NDArray[np.float64]:
    """(H, W): distance of each mask pixel to the nearest pixel outside, in pixels; 0 outside.

    Infinite if the mask covers the whole image.
    """
    if mask.all():
        return np.full(mask.shape, np.inf)
    found: NDArray[np.float64] = _scipy("ndimage").distance_transform_edt(mask)
    return found


def highest_near(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """(H, W): the maximum of the values in the square of `side` pixels around each pixel."""
    found: NDArray[np.float64] = _scipy("ndimage").maximum_filter(values, side, mode="nearest")
    return found


def chain_lengths(pixels: Flat, height: int, width: int) -> NDArray[np.float64]:
    """(P,) length in pixels that each pixel of a one-pixel-wide line represents.

    Straight steps count 0.948 and diagonal steps 1.340, which is unbiased over all directions
    (Kulpa, "Area and perimeter measurement of blobs in discrete binary pictures", 1977), half for
    either end; a diagonal step replaces the two straight ones around a corner.
    """
    there = np.zeros((height + 2, width + 2), bool)
    inside = there[1:-1, 1:-1]
    inside[np.divmod(pixels, width)] = True
    total = np.zeros((height, width))
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        total += _STRAIGHT / 2 * _shifted(there, down, right)
    for down, right in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        corner = _shifted(there, down, 0) | _shifted(there, 0, right)
        total += _DIAGONAL / 2 * (_shifted(there, down, right) & ~corner)
    found: NDArray[np.float64] = total[np.divmod(pixels, width)]
    return found


def nearest(
    points: NDArray[Any], places: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """For each of the places (M, 2): distance to the nearest of the points (N, 2), and its row."""
    away, rows = _scipy("spatial").cKDTree(points).query(places)
    return away, rows


def _shifted(padded: Mask, down: int, right: int) -> Mask:
    """For each pixel, the value of the mask at this offset (padding of one pixel removed)."""
    height, width = padded.shape[0] - 2, padded.shape[1] - 2
    return padded[1 + down : 1 + down + height, 1 + right : 1 + right + width]


def _scipy(part: str) -> Any:
    return extras.require(f"scipy.{part}", "evaluate", "evaluate lines")
