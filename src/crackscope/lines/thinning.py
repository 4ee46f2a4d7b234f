"""Thinning: reduce a set of places to a centre line, one place wide, with the same topology.

Source: Guo and Hall, "Parallel thinning with two-subiteration algorithms", 1989 (A1), as look-up
tables over the eight neighbours. The corners of stairs, which their method leaves two places wide,
are removed afterwards if the topology allows it.
"""

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.places import OPPOSITE, Flags, Indices, Places

_BITS = tuple(np.uint8(1 << k) for k in range(8))


def _tables() -> tuple[Flags, Flags, Flags]:
    """By neighbour code: removed in the first subiteration, in the second, and simple.

    Bit k of a code is the neighbour AROUND[k].
    """
    code = np.arange(256)
    n, ne, e, se, s, sw, w, nw = ((code >> k & 1).astype(bool) for k in range(8))
    pieces = sum(
        (~a & (b | c)).astype(int) for a, b, c in ((n, ne, e), (e, se, s), (s, sw, w), (w, nw, n))
    )
    pairs = sum((a | b).astype(int) for a, b in ((nw, n), (ne, e), (se, s), (sw, w)))
    others = sum((a | b).astype(int) for a, b in ((n, ne), (e, se), (s, sw), (w, nw)))
    count = np.minimum(pairs, others)
    border = (pieces == 1) & (count >= 2) & (count <= 3)
    first, second = border & ~((n | ne | ~se) & e), border & ~((s | sw | ~nw) & w)
    near = sum((code >> k & 1) for k in range(8))
    return first, second, (pieces == 1) & (near >= 2)


_FIRST, _SECOND, _SIMPLE = _tables()


def thin(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The centre line (H, W) of a mask (H, W), one pixel wide and 8-connected.

    Preserves the number of components and of holes; ends recede by up to half the width.
    """
    if mask.ndim != 2:
        raise ValueError(f"mask must have the shape (H, W). Received: {mask.shape}")
    rows, columns = np.nonzero(mask)
    places = Places.of(rows, columns, (mask.shape[0], mask.shape[1]))
    kept = skeleton(places)
    line = np.zeros(mask.shape, bool)
    line[rows[kept], columns[kept]] = True
    return line


def skeleton(places: Places) -> Flags:
    """Which of the places (N,) are on the centre line."""
    table = places.neighbours()
    state = _State(table)
    waiting: list[Indices] = [np.arange(len(places), dtype=np.int32)] * 2
    quiet = 0
    while quiet < 2:
        for half, rule in enumerate((_FIRST, _SECOND)):
            changed = state.remove(waiting[half], rule)
            waiting[half] = changed
            waiting[1 - half] = np.concatenate([waiting[1 - half], changed])
            quiet = 0 if len(changed) else quiet + 1
    _cut_corners(state, places)
    return state.alive[:-1]


class _State:
    """The remaining places, and the neighbour code of every place; updated in place."""

    def __init__(self, table: Indices) -> None:
        count = table.shape[1]
        self.table = table
        self.alive = np.ones(count + 1, bool)
        self.alive[count] = False
        self.codes = np.zeros(count + 1, np.uint8)
        for bit, beside in zip(_BITS, table, strict=True):
            self.codes[:-1] |= np.where(beside < count, bit, np.uint8(0))

    def remove(self, candidates: Indices, rule: Flags) -> Indices:
        """Remove the candidates whose code meets the rule, all at once; returns the places whose
        code changed."""
        gone = candidates[rule[self.codes[candidates]] & self.alive[candidates]]
        if len(gone) == 0:
            return gone
        gone = np.unique(gone)
        self.alive[gone] = False
        changed = self.table[:, gone]
        for direction, beside in enumerate(changed):
            self.codes[beside] &= ~_BITS[OPPOSITE[direction]]
        return changed[self.alive[changed]]


def _cut_corners(state: _State, places: Places) -> None:
    """Remove simple places that are not ends, a quarter of the grid at a time.

    Two places of a quarter are never neighbours, so they can safely be removed at once.
    """
    left = np.flatnonzero(state.alive).astype(np.int32)
    quarter = (2 * (places.rows[left] & 1) + (places.columns[left] & 1)).astype(np.int8)
    changed = True
    while changed:
        changed = False
        for index in range(4):
            changed |= len(state.remove(left[quarter == index], _SIMPLE)) > 0
        alive = state.alive[left]
        left, quarter = left[alive], quarter[alive]


def half_widths(places: Places, chosen: Flags) -> NDArray[np.float32]:
    """Approximate distance in places from each chosen place to the nearest missing one.

    Peels layers, alternately by four and by eight neighbours: octagonal distance, within 8 % of
    the Euclidean. The middle of a ridge of width w has (w + 1) / 2, rounded down.
    """
    count = len(places)
    table = places.neighbours()
    layer = np.zeros(count + 1, np.float32)
    layer[count] = 1.0
    front = np.flatnonzero((table[::2] == count).any(axis=0)).astype(np.int32)
    depth = 1
    while len(front):
        layer[front] = depth
        beside = table[:: 2 if depth % 2 else 1][:, front].reshape(-1)
        front = np.unique(beside[layer[beside] == 0])
        depth += 1
    return layer[:-1][chosen]
