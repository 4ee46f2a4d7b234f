"""Sparse sets of places of a line map: sorted keys, neighbours, components, hysteresis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.scoring.scored import LineMap

Indices = NDArray[np.int32]
Flags = NDArray[np.bool_]

AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""(row, column) of the eight neighbours: north, then clockwise."""
OPPOSITE = tuple((k + 4) % 8 for k in range(8))
NORTH, NORTH_EAST, EAST, SOUTH_EAST, SOUTH, SOUTH_WEST, WEST, NORTH_WEST = range(8)


@dataclass(frozen=True, slots=True)
class Places:
    """A sparse set of places of a grid.

    `keys` (N,) int64, ascending: (row + 1) * stride + column + 1, where `stride` is the number of
    columns plus two, so that neighbours outside the grid have keys of their own.
    """

    keys: NDArray[np.int64]
    stride: int

    @classmethod
    def of(
        cls, rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]
    ) -> "Places":
        """Places of a grid of `shape`, by row and column, in row-major order."""
        stride = shape[1] + 2
        return cls((rows + 1) * np.int64(stride) + columns + 1, stride)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def rows(self) -> NDArray[np.int64]:
        """(N,) row of each place."""
        return self.keys // self.stride - 1

    @property
    def columns(self) -> NDArray[np.int64]:
        """(N,) column of each place."""
        return self.keys % self.stride - 1

    def take(self, chosen: Flags) -> "Places":
        """The places where `chosen` (N,) is true."""
        return Places(self.keys[chosen], self.stride)

    def neighbours(self) -> Indices:
        """(8, N) int32: the index of the neighbour in each direction of AROUND; N for none."""
        count = len(self)
        table = np.full((8, count), count, np.int32)
        if not count:
            return table
        ahead = np.arange(1, count, dtype=np.int32)
        beside = np.flatnonzero(np.diff(self.keys) == 1)
        table[EAST, beside] = ahead[beside]
        table[WEST, beside + 1] = beside
        below = self.keys + (self.stride - 1)
        at = np.searchsorted(self.keys, below)
        for direction in (SOUTH_WEST, SOUTH, SOUTH_EAST):
            found = np.flatnonzero(self.keys[np.minimum(at, count - 1)] == below)
            there = at[found]
            table[direction, found] = there
            table[OPPOSITE[direction], there] = found
            at[found] += 1
            below += 1
        return table

    def components(self) -> NDArray[np.int64]:
        """(N,) label of the 8-connected component of each place, from 0, in any order."""
        table = self.neighbours()
        count = len(self)
        runs = np.cumsum(table[WEST] == count) - 1
        pairs = [
            (runs[here], runs[table[direction, here]])
            for direction in (SOUTH_WEST, SOUTH, SOUTH_EAST)
            for here in [np.flatnonzero(table[direction] < count)]
        ]
        first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
        return np.asarray(join(int(runs.max(initial=-1)) + 1, first, second)[runs])


def join(count: int, first: NDArray[np.integer], second: NDArray[np.integer]) -> NDArray[np.int64]:
    """(count,) component label, from 0, of each of `count` nodes connected in pairs.

    Each root is hooked to the smaller root of its pair, then trees are flattened; every round at
    least halves the number of roots that still have a pair, so the total is O(n log n).
    """
    parent = np.arange(count)
    while len(first):
        first, second = parent[first], parent[second]
        distinct = first != second
        first, second = first[distinct], second[distinct]
        parent[np.maximum(first, second)] = np.minimum(first, second)
        while not np.array_equal(parent, above := parent[parent]):
            parent = above
    return np.asarray(np.unique(parent, return_inverse=True)[1].reshape(-1), np.int64)


def ridges(found: LineMap, low: float, high: float) -> Places:
    """Hysteresis: the places of 8-connected components at or above `low` that reach `high`.

    Holes of a single place are filled: they are noise, and would each become a loop.
    Source: Canny, "A computational approach to edge detection", 1986.
    """
    places, logits = reaching(found, low)
    component = places.components()
    strong = np.zeros(int(component.max(initial=-1)) + 1, bool)
    strong[component[logits >= high]] = True
    return fill_holes(places.take(strong[component]))


def reaching(found: LineMap, level: float) -> tuple[Places, NDArray[np.float32]]:
    """The places whose logit is at least `level`, and their logits (N,) in the same order."""
    rows, columns = ([np.empty(0, np.int64)] for _ in range(2))
    values = [np.empty(0, np.float32)]
    for (i, j), tile in found.tiles.items():
        down, right = np.nonzero(tile.logits >= level)
        rows.append(down + i * found.side)
        columns.append(right + j * found.side)
        values.append(tile.logits[down, right])
    down, right = np.concatenate(rows), np.concatenate(columns)
    order = np.argsort(down * np.int64(found.shape[1]) + right)
    places = Places.of(down[order], right[order], found.shape)
    return places, np.concatenate(values)[order]


def fill_holes(places: Places) -> Places:
    """Add each missing place whose four neighbours are present."""
    keys, stride = places.keys, places.stride
    holes = keys[:-1][np.diff(keys) == 2] + 1
    for beyond in (-stride, stride):
        holes = holes[_among(holes + beyond, keys)]
    return Places(np.sort(np.concatenate([keys, holes])), stride) if len(holes) else places


def _among(wanted: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.asarray(keys[at] == wanted)
