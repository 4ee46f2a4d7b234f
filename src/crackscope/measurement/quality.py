"""Quality checks of profiles: measurable, or the reason why not."""

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.along import Fits
from crackscope.measurement.cells import Cells
from crackscope.measurement.profiles import Places
from crackscope.measurement.seen import Floats, Singles, Whole

Flags = NDArray[np.bool_]


class Kind(IntEnum):
    """The kind of a profile: measured, or the reason why not."""

    MEASURED = 0
    END = 1
    JUNCTION = 2
    BORDER = 3
    BESIDE = 4
    NO_CRACK = 5
    BROKEN = 6
    SHADOW = 7


_END_PX = 3.0
"""Pixels left out at the end of a line, in addition to half its width, as cracks taper there."""
_BESIDE_PX = 5.0
"""Minimum distance of another line from an edge, in pixels."""
_MISFIT, _AGAINST_USUAL = 1.2, 3.0
"""Maximum cost per sample near a crack: about twice the noise, and relative to the median of the
photo's cracks. Above both, the profile does not fit the model."""
_SIDES = 0.3
"""Maximum relative difference between the ground on both sides."""
_JUMP_PX, _JUMP = 1.5, 0.5
"""Maximum difference of a width from its neighbours: in pixels, and as a fraction."""
_AROUND = 7
"""Number of neighbours to either side for comparison."""


def by_place(places: Places, lines: Sequence[Floats], size: tuple[int, int]) -> Whole:
    """(M,) kinds of profiles by position: ends, junctions and nearby lines.

    `size` is the photo's height and width.
    """
    kinds = np.zeros(len(places), np.int64)
    if not len(places):
        return kinds
    near_end = places.to_end <= _END_PX + places.traced_px / 2
    beside = _beside(places, size)
    kinds[beside] = Kind.BESIDE
    kinds[near_end] = Kind.END
    kinds[near_end & _at_junction(places, lines)] = Kind.JUNCTION
    return kinds


def _at_junction(places: Places, lines: Sequence[Floats]) -> Flags:
    """(M,) whether the nearer end of the line meets the end of another line."""
    ends = np.array([line[index, :2] for line in lines for index in (0, -1)])
    cell = np.floor(ends / 4).astype(np.int64)
    met: dict[tuple[int, int], set[int]] = {}
    for index, (x, y) in enumerate(cell.tolist()):
        for over in (-1, 0, 1):
            for down in (-1, 0, 1):
                met.setdefault((x + over, y + down), set()).add(index)
    joined = np.array([len(met[x, y]) > 1 for x, y in cell.tolist()])
    start_is_nearer = places.along <= places.to_end + 1e-6
    return np.asarray(joined[2 * places.line + np.where(start_is_nearer, 0, 1)])


def _beside(places: Places, size: tuple[int, int]) -> Flags:
    """(M,) whether another line, or a later section of the same line, crosses the profile.

    Places are entered into a grid of 4 px cells; each profile checks the cells it crosses.
    """
    grid = Cells.of(places.at, size)
    found = np.zeros(len(places), np.bool_)
    reach = places.traced_px / 2 + _BESIDE_PX
    for step in np.arange(2.0, min(float(reach.max()), 40.0) + 1, 2.0):
        for side in (-step, step):
            other = grid.at(places.at + side * places.across)
            elsewhere = (places.line[other] != places.line) | (
                np.abs(places.along[other] - places.along) > 3 * reach + 12
            )
            off = np.hypot(*(places.at[other] - places.at).T)
            found |= (other >= 0) & elsewhere & (off <= reach + 2) & (step <= reach)
    return found


def by_profile(relative: Singles, fits: Fits, least: float) -> Whole:
    """(M,) kinds of profiles (M, N), as fractions of their ground, by their fits.

    `least` is the minimum evidence for a crack instead of texture.
    """
    place = np.arange(relative.shape[1]) - relative.shape[1] // 2
    off = place - fits.centre_px[:, None]
    edge = fits.width_px[:, None] / 2 + 3
    sides = [
        (relative * chosen).sum(axis=1) / np.maximum(chosen.sum(axis=1), 1)
        for chosen in ((off > edge) & (off <= edge + 6), (off < -edge) & (off >= -edge - 6))
    ]
    uneven = np.abs(sides[0] - sides[1]) > _SIDES
    kinds = np.zeros(len(relative), np.int64)
    crack = (fits.evidence >= least) & (np.abs(fits.centre_px) < 4)
    usual = float(np.median(fits.misfit[crack])) if crack.any() else 0.0
    kinds[(fits.misfit > max(_MISFIT, _AGAINST_USUAL * usual)) | uneven] = Kind.BROKEN
    kinds[~crack] = Kind.NO_CRACK
    return kinds


def by_neighbours(width_px: Floats, places: Places, kinds: Whole) -> Whole:
    """(M,) the kinds, with widths that differ from their neighbours marked as broken."""
    found = kinds.copy()
    for line in np.unique(places.line):
        members = np.flatnonzero((places.line == line) & (kinds == Kind.MEASURED))
        if len(members) < 3:
            continue
        widths = width_px[members]
        padded = np.pad(widths, _AROUND, mode="reflect" if len(widths) > _AROUND else "edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1)
        usual = np.median(windows, axis=1)
        leaps = np.abs(widths - usual) > _JUMP_PX + _JUMP * usual
        found[members[leaps]] = Kind.BROKEN
    return found
