"""Groups METU positives that are probably from the same source photo.

METU does not name source photos, but its Positive names are ordered (measured on the full set).
Numbers up to 5560 pass through the photos once, 5561 to 9999 a second time in the same order:
near-copies link the two passes, and on 11,481 files all 1,009 links are in strictly the same order.
The mirrored `_1` names are shuffled from about 15000 on, and are placed only if they are
near-copies of a placed file.

The place of a positive is its number in the first pass, if known. The first pass is divided into
blocks of about 40 places, at the largest jump of the mean colour within 10 places of each multiple
of 40, as photos differ in light and tint. A block keeps whole photos together, except at its two
ends. The photos of negatives stay unknown. A small folder is divided into about ten smaller blocks,
so that all three subsets get some.
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from crackscope.curation import near_copies
from crackscope.types.evaluation import Patch

_NAME = re.compile(r"(\d{5})(_1)?\.jpg")
_FIRST_PASS, _SECOND_PASS = 5560, 9999
_BLOCK, _FEWEST_BLOCKS = 40, 10
_TOGETHER = 30

Floats = NDArray[np.float64]


def blocks(
    patches: Sequence[Patch], links: near_copies.Pairs, colours: NDArray[np.float32]
) -> NDArray[np.str_]:
    """(N,) block names, "" for negatives and for positives without a place.

    `links` are pairs of near-copies, `colours` the (N, 3) mean colours.
    """
    numbers = _numbers(patches)
    places = np.where(numbers <= _FIRST_PASS, numbers, np.nan)
    cluster = near_copies.clusters(len(patches), links)
    places = _from_copies(places, cluster)
    places = _from_neighbours(places, numbers)
    places = _from_copies(places, cluster)
    first = np.flatnonzero(numbers <= _FIRST_PASS)
    first = first[np.argsort(numbers[first], kind="stable")]
    ends = _block_ends(numbers[first], colours[first])
    names = [f"block {index}" for index in np.searchsorted(ends, np.nan_to_num(places))]
    return np.where(np.isnan(places), "", names)


def _numbers(patches: Sequence[Patch]) -> Floats:
    """(N,) number in the name of each positive, NaN for all others."""
    numbers = np.full(len(patches), np.nan)
    for row, patch in enumerate(patches):
        match = _NAME.fullmatch(PurePosixPath(patch.path).name)
        if match and patch.label == 1:
            numbers[row] = int(match[1])
    return numbers


def _from_copies(places: Floats, cluster: NDArray[np.int64]) -> Floats:
    """Assign the lowest place among its near-copies to each file without one."""
    first = np.full(cluster.max(initial=-1) + 1, np.inf)
    np.fmin.at(first, cluster, places)
    known = np.where(np.isinf(first), np.nan, first)[cluster]
    return np.where(np.isnan(places), known, places)


def _from_neighbours(places: Floats, numbers: Floats) -> Floats:
    """Interpolate places of the second pass between two that are in order and close together."""
    numbers = np.where(numbers <= _SECOND_PASS, numbers, np.nan)
    placed = np.flatnonzero(~np.isnan(places) & ~np.isnan(numbers))
    wanted = np.flatnonzero(np.isnan(places) & ~np.isnan(numbers))
    if len(placed) < 2:
        return places
    placed = placed[np.argsort(numbers[placed], kind="stable")]
    after = np.clip(np.searchsorted(numbers[placed], numbers[wanted]), 1, len(placed) - 1)
    low, high = placed[after - 1], placed[after]
    gap = places[high] - places[low]
    inside = (numbers[low] < numbers[wanted]) & (numbers[wanted] <= numbers[high])
    trusted = inside & (gap >= 0) & (gap <= _TOGETHER)
    result = places.copy()
    result[wanted[trusted]] = ((places[low] + places[high]) / 2)[trusted]
    return result


def _block_ends(numbers: Floats, colours: NDArray[np.float32]) -> Floats:
    """The last place of each block; `numbers` are those of the first pass, in order."""
    jumps = np.abs(np.diff(colours, axis=0)).sum(axis=1)
    block = min(_BLOCK, max(1, len(numbers) // _FEWEST_BLOCKS))
    ends: list[float] = []
    for target in range(block, int(numbers[-1]) if len(numbers) else 0, block):
        near = np.flatnonzero(np.abs(numbers[:-1] - target) <= block // 4)
        if len(near):
            ends.append(float(numbers[near[jumps[near].argmax()]]))
    return np.array(ends)
