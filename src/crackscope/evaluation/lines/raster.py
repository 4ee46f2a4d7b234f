"""Lines and masks as pixels: what a polyline crosses, where a mask has its centre line."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.lines.graph import numbered
from crackscope.lines.thinning import thin
from crackscope.types import Line

Mask = NDArray[np.bool_]
"""(H, W) bool: where there is crack."""
Flat = NDArray[np.intp]
"""(P,) numbers of pixels, row by row: row * W + column; ascending, each once."""

_STRAIGHT, _DIAGONAL = 0.948, 1.340


def raster(lines: Iterable[Line], height: int, width: int) -> Flat:
    """The pixels that polylines run through, one wide, 8-connected (Bresenham).

    A line (N, 3) holds x, y and width, of which the width counts for nothing; the centre of the
    first pixel is (0.5, 0.5). What lies outside the picture is left out.
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
    """(H, W): how far each pixel of the mask is from the nearest outside it, in pixels; else 0.

    Infinite where the mask has no outside.
    """
    if mask.all():
        return np.full(mask.shape, np.inf)
    found: NDArray[np.float64] = _scipy("ndimage").distance_transform_edt(mask)
    return found


def highest_near(values: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """(H, W): the highest of the values in the square of `side` pixels around each pixel."""
    found: NDArray[np.float64] = _scipy("ndimage").maximum_filter(values, side, mode="nearest")
    return found


def chain_lengths(pixels: Flat, height: int, width: int) -> NDArray[np.float64]:
    """(P,) how much of the length of lines one pixel wide each pixel stands for, in pixels.

    Steps to the side count 0.948 and steps across 1.340, which is right on average over all
    directions (Kulpa, "Area and perimeter measurement of blobs in discrete binary pictures",
    1977), half of it for either end; a corner is cut, not walked around.
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
    """For each of the places (M, 2): how far the nearest of the points (N, 2) is, and its row."""
    away, rows = _scipy("spatial").cKDTree(points).query(places)
    return away, rows


def _shifted(padded: Mask, down: int, right: int) -> Mask:
    """For each pixel whether the one so far down and to the right is there."""
    height, width = padded.shape[0] - 2, padded.shape[1] - 2
    return padded[1 + down : 1 + down + height, 1 + right : 1 + right + width]


def _scipy(part: str) -> Any:
    return extras.require(f"scipy.{part}", "evaluate", "evaluate lines")
