"""Polylines: fractured, drifting and straight ones, and the pixels along them."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.synthesis.surface import profile

Points = NDArray[np.float64]
"""(N, 2) x and y in pixels; the centre of the first pixel is (0.5, 0.5)."""


@dataclass(frozen=True, slots=True)
class Band:
    """The pixels within some distance of a polyline, N of them.

    `along` is the arc length of the nearest point, `across` the distance to it, positive on the
    right-hand side in the direction of the polyline, `segment` the index of its segment.
    `units` (S, 2) are the directions of the segments.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    along: NDArray[np.float32]
    across: NDArray[np.float32]
    segment: NDArray[np.intp]
    units: Points

    def facing(self, light: float) -> NDArray[np.float64]:
        """How much the right-hand side of each segment faces the light, -1 to 1: (S,)."""
        return -self.units[:, 1] * math.cos(light) + self.units[:, 0] * math.sin(light)

    def noise(self, cell: float, rng: np.random.Generator) -> NDArray[np.float32]:
        """Noise of about unit variance for each pixel, constant across the polyline: (N,)."""
        length = int(self.along.max(initial=0)) + 2
        return profile(length, cell, rng)[self.along.astype(np.intp)]


def fracture(
    start: Points | tuple[float, float],
    end: Points | tuple[float, float],
    rng: np.random.Generator,
    roughness: float = 0.13,
    spacing: float = 5.0,
) -> Points:
    """A jagged polyline from start to end by midpoint displacement.

    Displacements are heavy-tailed: straight runs alternate with kinks, as where a crack goes
    around the aggregate.
    """
    points = np.array([start, end], np.float64)
    scale = roughness
    while (gap := math.dist(points[0], points[1])) > spacing and len(points) < 4096:
        leg = points[1:] - points[:-1]
        normal = np.stack([-leg[:, 1], leg[:, 0]], axis=1)
        offset = np.clip(rng.laplace(0, scale * 0.7, (len(leg), 1)), -2.2 * scale, 2.2 * scale)
        fraction = rng.uniform(0.38, 0.62, (len(leg), 1))
        middle = points[:-1] + fraction * leg + offset * normal
        woven = np.empty((2 * len(points) - 1, 2))
        woven[0::2], woven[1::2] = points, middle
        points = woven
        scale = roughness * (1.1 if gap < 40 else 1.0)
    return points


def fracture_through(nodes: Points, rng: np.random.Generator, roughness: float) -> Points:
    """A jagged polyline through all nodes."""
    legs = [fracture(one, two, rng, roughness)[:-1] for one, two in itertools.pairwise(nodes)]
    return np.concatenate([*legs, nodes[-1:]])


def walk(start: Points, headings: NDArray[np.float64], leg: float) -> Points:
    """A polyline with segments of length `leg` and these headings (radians, clockwise from the
    right)."""
    legs = leg * np.stack([np.cos(headings), np.sin(headings)], axis=1)
    return np.asarray(start + np.concatenate([np.zeros((1, 2)), np.cumsum(legs, axis=0)]))


def inside(points: Points, height: int, width: int) -> NDArray[np.bool_]:
    """Whether each point lies within the image: (N,)."""
    return np.asarray(((points > 0) & (points < (width, height))).all(axis=1))


def arc_length(points: Points) -> NDArray[np.float64]:
    """Distance from the start at every point; the last value is the length."""
    legs = np.hypot(*np.diff(points, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(legs)])


def _units(legs: Points) -> Points:
    """Unit vectors (N, 2); (1, 0) for segments of length 0."""
    lengths = np.hypot(*legs.T)[:, None]
    return np.where(lengths > 1e-6, legs / np.maximum(lengths, 1e-6), (1.0, 0.0))


def band(height: int, width: int, points: Points, reach: float) -> Band:
    """All pixels whose centre lies within `reach` px of the polyline."""
    return band_of_pieces(height, width, np.stack([points[:-1], points[1:]], axis=1), reach)


def band_of_pieces(height: int, width: int, pieces: NDArray[np.float64], reach: float) -> Band:
    """All pixels whose centre lies within `reach` of straight pieces (N, 2, 2): start and end,
    x and y. They need not meet; `along` goes on from each to the next."""
    box = _bounds(height, width, pieces.reshape(-1, 2), reach) or (0, 0, 0, 0)
    first_row, last_row, first_column, last_column = box
    shape = (last_row - first_row, last_column - first_column)
    nearest = np.full(shape, np.inf, np.float32)
    along, across = np.zeros((2, *shape), np.float32)
    segment = np.zeros(shape, np.intp)
    legs = pieces[:, 1] - pieces[:, 0]
    lengths = np.hypot(*legs.T)
    starts = np.concatenate([[0.0], np.cumsum(lengths)])
    units = _units(legs)
    for index, ((x, y), (ux, uy)) in enumerate(zip(pieces[:, 0], units, strict=True)):
        bounds = _bounds(height, width, pieces[index], reach)
        if bounds is None:
            continue
        top, bottom, left, right = bounds
        dx = np.arange(left, right, dtype=np.float32)[None] + np.float32(0.5 - x)
        dy = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - y)
        ahead = dx * np.float32(ux) + dy * np.float32(uy)
        aside = dy * np.float32(ux) - dx * np.float32(uy)
        place = np.clip(ahead, 0.0, np.float32(lengths[index]))
        distance = np.hypot(aside, ahead - place)
        here = (
            slice(top - first_row, bottom - first_row),
            slice(left - first_column, right - first_column),
        )
        closer = distance < nearest[here]
        nearest[here][closer] = distance[closer]
        across[here][closer] = np.copysign(distance, aside)[closer]
        along[here][closer] = (place + np.float32(starts[index]))[closer]
        segment[here][closer] = index
    there = np.nonzero(nearest <= reach)
    rows, columns = there[0] + first_row, there[1] + first_column
    return Band(rows, columns, along[there], across[there], segment[there], units)


def _bounds(
    height: int, width: int, points: Points, reach: float
) -> tuple[int, int, int, int] | None:
    """Rows and columns (top, bottom, left, right) around points; None outside the image."""
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    left, top = max(0, math.floor(low[0])), max(0, math.floor(low[1]))
    right, bottom = min(width, math.ceil(high[0])), min(height, math.ceil(high[1]))
    return (top, bottom, left, right) if left < right and top < bottom else None
