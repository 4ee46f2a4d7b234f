"""Profiles across lines: their positions, directions and grey values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.blocks import Grey, corners
from crackscope.measurement.seen import Floats, Singles, Whole

EVERY_PX = 2.0
"""Distance between profiles."""
_SMOOTH_PX = 8.0
"""Length over which lines are smoothed, as their points are rounded and noisy."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The positions of M profiles, line by line.

    `at` (M, 2) x and y in pixels; `across` (M, 2) the unit normal of the line; `line` (M,) the
    index of the line; `along` (M,) pixels from the start of the line; `to_end` (M,) pixels to the
    nearer end; `stands_for` (M,) length of line that the profile represents, in pixels;
    `traced_px` (M,) the traced width.
    """

    at: Floats
    across: Floats
    line: Whole
    along: Floats
    to_end: Floats
    stands_for: Floats
    traced_px: Floats

    def __len__(self) -> int:
        return len(self.at)


def places(lines: Sequence[Floats], every_px: float = EVERY_PX) -> Places:
    """The positions of profiles of `lines`, polylines (N, 3) of x, y and width in pixels.

    They are `every_px` apart, and half of that from the ends. A shorter line has one profile.
    """
    found = [
        _of_line(index, np.asarray(line, np.float64), every_px) for index, line in enumerate(lines)
    ]
    if not found:
        none, pairs = np.zeros(0), np.zeros((0, 2))
        return Places(pairs, pairs, np.zeros(0, np.int64), none, none, none, none)
    return Places(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _of_line(index: int, line: Floats, every_px: float) -> tuple[NDArray[np.generic], ...]:
    line = smoothed(line)
    steps = np.hypot(*np.diff(line[:, :2], axis=0).T)
    reached = np.concatenate([[0.0], np.cumsum(steps)])
    length = float(reached[-1])
    count = max(1, round(length / every_px))
    along = (np.arange(count) + 0.5) * (length / count)
    at, ahead, behind = (
        np.stack([np.interp(s, reached, line[:, axis]) for axis in (0, 1)], axis=1)
        for s in (
            along,
            np.minimum(along + _SMOOTH_PX / 2, length),
            np.maximum(along - _SMOOTH_PX / 2, 0),
        )
    )
    leg = ahead - behind
    leg /= np.maximum(np.hypot(*leg.T), 1e-9)[:, None]
    across = np.stack([-leg[:, 1], leg[:, 0]], axis=1)
    number = np.full(count, index, np.int64)
    stands_for = np.full(count, length / count)
    traced = np.interp(along, reached, line[:, 2])
    return at, across, number, along, np.minimum(along, length - along), stands_for, traced


def smoothed(line: Floats) -> Floats:
    """The line (N, 3) resampled at every pixel and smoothed; its ends stay fixed.

    For smoothing, the line is extended by point reflection at its ends.
    """
    reached = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line[:, :2], axis=0).T))])
    count = max(2, math.ceil(reached[-1]) + 1)
    even = np.linspace(0, reached[-1], count)
    dense = np.stack([np.interp(even, reached, column) for column in line.T], axis=1)
    reach = min(round(_SMOOTH_PX / 2), count - 1)
    before, after = (2 * dense[0] - dense[reach:0:-1], 2 * dense[-1] - dense[-2 : -reach - 2 : -1])
    total = np.cumsum(np.concatenate([np.zeros((1, 3)), before, dense, after]), axis=0)
    return np.asarray((total[2 * reach + 1 :] - total[: -2 * reach - 1]) / (2 * reach + 1))


def sample(photo: Grey, at: Floats, across: Floats, offsets: Floats) -> Singles:
    """(M, K) grey values of `photo` (H, W) at `offsets` pixels across the lines.

    Offsets are (K,) for all places, or (M, K) for each. Values are interpolated linearly, which
    blurs by at most 0.4 px and is included in the estimated blur. Outside the photo they are NaN.
    """
    height, width = photo.shape
    offset = offsets.astype(np.float32)
    x, y = (
        (at[:, axis, None].astype(np.float32) - np.float32(0.5))
        + across[:, axis, None].astype(np.float32) * offset
        for axis in (0, 1)
    )
    outside = (x < -0.5) | (y < -0.5) | (x > width - 0.5) | (y > height - 0.5)
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left = np.minimum(x.astype(np.int64), max(width - 2, 0))
    top = np.minimum(y.astype(np.int64), max(height - 2, 0))
    x, y = x - left, y - top
    first, second, third, fourth = corners(photo, top, left)
    upper = first * (1 - x) + second * x
    lower = third * (1 - x) + fourth * x
    values = np.asarray(upper * (1 - y) + lower * y, np.float32)
    if outside.any():
        values[outside] = np.nan
    return values
