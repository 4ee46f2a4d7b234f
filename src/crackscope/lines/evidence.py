"""Features that tell traced cracks from other lines.

A line is described by its length, logits, straightness, width and evenness, and by its
surroundings: a crack is rarely one of many straight lines that are parallel or cross at right
angles, as joints are, or part of a dense net, as the gaps between stones are.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.find import Traced
from crackscope.lines.score import NAMES

Floats = NDArray[np.float64]
_CHORD = 48.0
"""Length in pixels of the pieces whose directions are compared."""
_AROUND = 512.0
"""Side in pixels of the squares in which lines are compared; neighbouring squares count too."""
_BINS, _ALIKE = 24, 1
"""Direction bins of 7.5 degrees, and how many bins to either side count as parallel."""
_LANE = 64.0
"""Width in pixels of a lane in which chords of one direction count as one line."""
_STRAIGHT = 0.03
"""Largest bend of a straight chord."""


@dataclass(frozen=True, slots=True)
class _Chords:
    """Pieces of about `_CHORD` px of all lines: `crack` (M,) its crack, `middle` (M, 2), `length`
    (M,) along the line, `bin` (M,) direction, `bend` (M,) greatest distance of the line from the
    chord as a fraction of the chord."""

    crack: NDArray[np.int64]
    middle: Floats
    length: Floats
    bin: NDArray[np.int64]
    bend: Floats


def describe(cracks: Sequence[Traced]) -> Floats:
    """(N, len(NAMES)) float64 features of N cracks of one photo, lengths in its pixels.

    Runs in time linear in the number of points.
    """
    if not cracks:
        return np.empty((0, len(NAMES)))
    own = np.array([_own(crack) for crack in cracks])
    chords = _chords(cracks)
    bend, around = _bends(chords, len(cracks)), _around(chords, len(cracks))
    return np.column_stack([own[:, :6], bend, own[:, 6:], around])


def _own(crack: Traced) -> list[float]:
    """The features of one crack that need no chords."""
    legs = [np.hypot(*np.diff(branch.points[:, :2], axis=0).T) for branch in crack.branches]
    weight = np.concatenate([_weights(leg) for leg in legs])
    logits = np.concatenate([branch.logits for branch in crack.branches]).astype(np.float64)
    width = np.concatenate([branch.points[:, 2] for branch in crack.branches])
    length = float(weight.sum())
    low, high = _quantiles(logits, weight, (0.15, 0.85))
    middle = float(np.average(np.log(width), weights=weight))
    spread = float(np.sqrt(np.average((np.log(width) - middle) ** 2, weights=weight)))
    places = np.concatenate([branch.points[:, :2] for branch in crack.branches])
    across = float(np.hypot(*np.ptp(places, axis=0)))
    mean = float(np.average(logits, weights=weight))
    winding = float(np.log(max(length, 1.0) / max(across, 1.0)))
    return [np.log(length), mean, low, high, middle, spread, winding, np.log(len(crack.branches))]


def _weights(legs: Floats) -> Floats:
    """The length of line that each point represents."""
    weights = np.zeros(len(legs) + 1)
    weights[:-1] += legs / 2
    weights[1:] += legs / 2
    return np.maximum(weights, 1e-6)


def _quantiles(values: Floats, weight: Floats, at: Sequence[float]) -> list[float]:
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    found: list[float] = np.interp(np.asarray(at) * total[-1], total, values[order]).tolist()
    return found


def _chords(cracks: Sequence[Traced]) -> _Chords:
    rows = []
    for number, crack in enumerate(cracks):
        for branch in crack.branches:
            rows += [(number, *row) for row in _pieces(branch.points[:, :2])]
    values = np.array(rows)
    angle = np.arctan2(values[:, 4], values[:, 3]) % np.pi
    direction = np.floor(angle / np.pi * _BINS).astype(np.int64) % _BINS
    return _Chords(
        values[:, 0].astype(np.int64), values[:, 1:3], values[:, 5], direction, values[:, 6]
    )


def _pieces(points: Floats) -> list[tuple[float, ...]]:
    """Middle, direction, length and bend of each piece of a line."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    count = max(1, round(along[-1] / _CHORD))
    borders = np.searchsorted(along, np.linspace(0.0, along[-1], count + 1)[1:-1])
    ends = np.unique(np.concatenate([[0], borders, [len(points) - 1]]))
    found = []
    for first, last in itertools.pairwise(ends):
        piece = points[first : last + 1]
        across = piece[-1] - piece[0]
        chord = max(float(np.hypot(*across)), 1e-6)
        offset = piece - piece[0]
        off = np.abs(offset[:, 0] * across[1] - offset[:, 1] * across[0]).max() / chord
        middle = piece.mean(axis=0)
        found.append((*middle, *across, float(along[last] - along[first]), off / chord))
    return found


def _bends(chords: _Chords, count: int) -> Floats:
    """(N,) log of the mean bend, which is small for drawn or moulded lines."""
    return np.log(_mean(chords, np.minimum(chords.bend, 0.5), count) + 0.003)


def _around(chords: _Chords, count: int) -> Floats:
    """(N, 3) logs of the length of other straight lines near a crack that are parallel to it and
    at right angles to it, weighted by its own length, and of all lines per area."""
    square = np.floor(chords.middle / _AROUND).astype(np.int64)
    square -= square.min(axis=0)
    shape = tuple((square.max(axis=0) + 3).tolist())  # a border of empty squares
    straight = chords.bend <= _STRAIGHT
    aligned, lengths = np.zeros((*shape, _BINS)), np.zeros(shape)
    here = (square[:, 0] + 1, square[:, 1] + 1)
    np.add.at(aligned, (*here, chords.bin), chords.length * straight)
    np.add.at(lengths, here, chords.length)
    near = _near(aligned, square)
    parallel = _aligned(near, chords.bin) - _going_on(chords, straight)
    crossing = _aligned(near, (chords.bin + _BINS // 2) % _BINS)
    measures = (
        np.maximum(parallel, 0.0) * straight / 100.0,
        crossing * straight / 100.0,
        _near(lengths, square) / (9 * _AROUND),
    )
    return np.column_stack([np.log1p(_mean(chords, values, count)) for values in measures])


def _mean(chords: _Chords, values: Floats, count: int) -> Floats:
    """(N,) length-weighted means over the chords of each crack."""
    total = np.bincount(chords.crack, chords.length, count)
    return np.bincount(chords.crack, values * chords.length, count) / np.maximum(total, 1e-6)


def _near(table: Floats, square: NDArray[np.int64]) -> Floats:
    """Sum over the nine squares around each chord."""
    return np.asarray(
        sum(table[square[:, 0] + i, square[:, 1] + j] for i in range(3) for j in range(3))
    )


def _aligned(near: Floats, direction: NDArray[np.int64]) -> Floats:
    rows = np.arange(len(direction))
    offsets = range(-_ALIKE, _ALIKE + 1)
    return np.asarray(sum(near[rows, (direction + offset) % _BINS] for offset in offsets))


def _going_on(chords: _Chords, straight: NDArray[np.bool_]) -> Floats:
    """Length of the straight chords on the same line as each chord: a continuation is not a
    parallel line. Lines are identified by direction and distance from the photo's corner.
    """
    angle = (chords.bin + 0.5) * np.pi / _BINS
    offset = chords.middle[:, 1] * np.cos(angle) - chords.middle[:, 0] * np.sin(angle)
    lane = np.floor(offset / _LANE).astype(np.int64)
    _, line = np.unique(np.column_stack([chords.bin, lane]), axis=0, return_inverse=True)
    return np.asarray(np.bincount(line.reshape(-1), chords.length * straight)[line.reshape(-1)])
