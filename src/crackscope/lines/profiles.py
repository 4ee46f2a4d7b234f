"""Sampling positions across a line, at equal distances to either side."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.graph import Floats, Whole

_SIZES = (6, 12, 24, 48, 96)
_MOST_SAMPLES = 100_000


def classes(extent: Floats) -> Iterator[tuple[Whole, NDArray[np.float32]]]:
    """Group points of similar extent: their indices, and offsets in steps that cover it.

    `extent` (N,) in steps; the largest class truncates longer ones. A wide crack thus does not
    lengthen the profiles of all others. Yields a few thousand points at a time, so that the samples
    stay in the processor's cache.
    """
    least = 0.0
    for size in _SIZES:
        most = float(size) if size != _SIZES[-1] else np.inf
        members = np.flatnonzero((extent > least) & (extent <= most))
        least = most
        chunk = _MOST_SAMPLES // (2 * size + 1)
        for first in range(0, len(members), chunk):
            yield members[first : first + chunk], np.arange(-size, size + 1, dtype=np.float32)


def across(
    points: Floats, towards: Floats, offsets: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """x and y (N, K) of the positions `offsets` (K,) pixels to the right of each point (N, 2).

    `towards` (N, 2) unit vectors along the line; right is clockwise, as y points down.
    """
    near = points[:, :2].astype(np.float32)
    way = towards.astype(np.float32)
    return (
        near[:, :1] - way[:, 1:] * offsets,
        near[:, 1:] + way[:, :1] * offsets,
    )


def run_around(inside: NDArray[np.bool_], centre: Whole) -> NDArray[np.bool_]:
    """(N, K) the unbroken run of `inside` (N, K) around the column `centre` (N,) of each row."""
    columns = np.arange(inside.shape[1])
    broken = ~inside
    left = np.where(broken & (columns <= centre[:, None]), columns, -1).max(axis=1)
    right = np.where(broken & (columns >= centre[:, None]), columns, len(columns)).min(axis=1)
    return np.asarray((columns > left[:, None]) & (columns < right[:, None]))
