"""Derive the shape of a real crack from its mask: thin, trace, and smooth."""

import math

import numpy as np
from numpy.typing import NDArray

from crackscope.inspection.centreline import thin
from crackscope.lines.places import AROUND
from crackscope.synthesis import polyline
from crackscope.synthesis.cracks.shapes import Shape
from crackscope.synthesis.surface import Field

Grid = NDArray[np.bool_]
_LEAST = 0.4
"""Smallest length of a usable crack, as a fraction of the mask's side."""
_SPUR = 0.04


def shape_of(mask: NDArray[np.floating]) -> Shape | None:
    """The shape of the crack in a square mask (H, W), 0 to 1; None if there is no long crack.

    An upscaled mask is blocky, and cracks below one pixel have gaps: the mask is therefore blurred
    before thinning, and lines are smoothed.
    """
    side = float(max(mask.shape))
    block = _block(mask > 0.5)
    blurred = _gaussian(mask.astype(np.float32), 0.5 + 0.6 * block)
    lines = thin(blurred > 0.25)
    narrow = max(1.5 * block, _SPUR * side)
    runs = [run for run in trace(lines) if len(run) >= narrow]
    widths = _gaussian((mask > 0.5).astype(np.float32), 4.0) * math.sqrt(2 * math.pi) * 4.0
    branches = [_branch(run, widths, block, side) for run in runs]
    branches.sort(key=_length, reverse=True)
    return tuple(branches) if sum(map(_length, branches)) >= _LEAST else None


def trace(lines: Grid) -> list[NDArray[np.intp]]:
    """The branches of a thinned mask, each (N, 2) rows and columns, N >= 2.

    They run between ends and junctions; closed rings without a junction are dropped.
    """
    pixels = {(int(row), int(column)) for row, column in np.argwhere(lines)}
    nodes = {pixel for pixel in pixels if len(_beside(pixel, pixels)) != 2}
    runs: list[NDArray[np.intp]] = []
    walked: set[frozenset[tuple[int, int]]] = set()
    for node in sorted(nodes):
        for step in _beside(node, pixels):
            if frozenset((node, step)) in walked:
                continue
            run = [node, step]
            while run[-1] not in nodes:
                ahead = [place for place in _beside(run[-1], pixels) if place != run[-2]]
                run.append(ahead[0])
            walked |= {frozenset(run[:2]), frozenset(run[-2:])}
            runs.append(np.array(run))
    return runs


def _beside(pixel: tuple[int, int], pixels: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbours in the set; diagonal ones only if no straight neighbour connects them."""
    row, column = pixel
    straight = [
        (row + down, column + right)
        for down, right in AROUND
        if not (down and right) and (row + down, column + right) in pixels
    ]
    diagonal = [
        (row + down, column + right)
        for down, right in AROUND
        if down
        and right
        and (row + down, column + right) in pixels
        and (row + down, column) not in pixels
        and (row, column + right) not in pixels
    ]
    return straight + diagonal


def _gaussian(values: Field, sigma: float) -> Field:
    """(H, W) blurred with a standard deviation in pixels; borders are repeated."""
    radius = math.ceil(3 * sigma)
    taps = np.exp(-np.square(np.arange(-radius, radius + 1) / sigma) / 2)
    taps = (taps / taps.sum()).astype(np.float32)
    padded = np.pad(values, radius, mode="edge")
    height, width = values.shape
    rows = np.zeros((height, padded.shape[1]), np.float32)
    blurred = np.zeros((height, width), np.float32)
    for place, tap in enumerate(taps):
        rows += tap * padded[place : place + height]
    for place, tap in enumerate(taps):
        blurred += tap * rows[:, place : place + width]
    return blurred


def _block(crack_pixels: Grid) -> float:
    """Side in pixels of the blocks of an upscaled mask; 1 if it was not upscaled."""
    sides = []
    for axis in (0, 1):
        spanned = int(np.count_nonzero(crack_pixels.any(axis=1 - axis)))
        changes = int(np.count_nonzero(np.diff(crack_pixels, axis=axis).any(axis=1 - axis)))
        sides.append(spanned / max(changes, 1))
    return float(np.clip(min(sides), 1.0, 10.0))


def _branch(run: NDArray[np.intp], widths: Field, block: float, side: float) -> NDArray[np.float32]:
    """A run of pixels as a smooth line with a point every few pixels."""
    track = np.column_stack([run[:, 1] + 0.5, run[:, 0] + 0.5, widths[run[:, 0], run[:, 1]]])
    span = max(1, round(0.8 * block))
    for _ in range(2):  # two passes of a running mean; the ends are fixed
        padded = np.pad(track, ((span, span), (0, 0)), mode="reflect", reflect_type="odd")
        total = np.cumsum(np.concatenate([np.zeros((1, 3)), padded]), axis=0)
        track = (total[2 * span + 1 :] - total[: -2 * span - 1]) / (2 * span + 1)
    chosen = np.unique(np.append(np.arange(0, len(track), 2 * span + 1), len(track) - 1))
    track[:, 2] = np.maximum(track[:, 2], 0.5)
    return np.asarray(track[chosen] / side, np.float32)


def _length(branch: NDArray[np.float32]) -> float:
    return float(polyline.arc_length(branch[:, :2].astype(np.float64))[-1])
