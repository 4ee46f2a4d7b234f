"""Vectorised operations along many lines, without crossing their ends, and profiles across them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.graph import Floats, Whole, along, numbered

_SIZES = (6, 12, 24, 48, 96)
_MOST_SAMPLES = 100_000


def smooth(points: Floats, starts: Whole, rounds: int | Floats, *, shrink: bool = False) -> Floats:
    """Binomial smoothing (1, 2, 1) / 4 along each line; the ends are fixed.

    `rounds`, one for all points or (P,): n rounds are a normal kernel with a standard deviation of
    sqrt(n / 2) points. Unless `shrink` is set, an inverse step follows each step, which removes
    stairs but keeps longer bends (Taubin, "Curve and surface smoothing without shrinkage", 1995).
    """
    wanted = np.broadcast_to(np.asarray(rounds), len(points)).copy()
    wanted[starts[:-1]] = wanted[starts[1:] - 1] = 0
    moved = points.copy()
    done = 0
    while len(at := np.flatnonzero(wanted > done)):
        for step in (0.5,) if shrink else (0.5, -0.53):
            moved[at] += step * ((moved[at - 1] + moved[at + 1]) / 2 - moved[at])
        done += 1
    return moved


def resample(points: Floats, starts: Whole, step: float) -> tuple[Floats, Whole]:
    """Points at equal distances of at most `step` along each line; at least two per line."""
    place = along(points, starts)
    lengths = place[starts[1:] - 1]
    count = np.maximum(np.ceil(lengths / step), 1).astype(np.int64) + 1
    fresh = np.concatenate([[0], np.cumsum(count)])
    which, number = numbered(count)
    wanted = number * (lengths / (count - 1))[which]
    # Lines are placed one after another on a single axis, so that one call resamples all.
    origin = np.cumsum(lengths + 1.0) - lengths - 1.0
    axis = place + np.repeat(origin, np.diff(starts))
    target = np.minimum(wanted, lengths[which]) + origin[which]
    both = [np.interp(target, axis, points[:, k]) for k in range(points.shape[1])]
    return np.stack(both, axis=1), fresh


def directions(points: Floats, starts: Whole, span: int) -> Floats:
    """(P, 2) unit vectors along the lines, over up to `span` points to either side."""
    first = np.repeat(starts[:-1], np.diff(starts))
    last = np.repeat(starts[1:] - 1, np.diff(starts))
    at = np.arange(len(points))
    leg = points[np.minimum(at + span, last), :2] - points[np.maximum(at - span, first), :2]
    length = np.hypot(*leg.T)
    unit = leg / np.maximum(length, 1e-9)[:, None]
    return np.where(length[:, None] > 1e-9, unit, (1.0, 0.0))


def medians(values: Floats, starts: Whole, span: int) -> Floats:
    """(P,) median over `span` values to either side; near an end, of the last 2 span + 1."""
    first = np.repeat(starts[:-1], np.diff(starts))
    last = np.repeat(starts[1:] - 1, np.diff(starts))
    middle = (first + last) // 2
    low, high = np.minimum(first + span, middle), np.maximum(last - span, middle)
    centre = np.clip(np.arange(len(values)), low, high)
    at = centre + np.arange(-span, span + 1)[:, None]
    return np.asarray(np.median(values[np.clip(at, first, last)], axis=0))


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
