"""Convert a skeleton to a graph."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.graph import Floats, Graph, Whole
from crackscope.lines.places import Flags, Indices, Places, join


@dataclass(frozen=True, slots=True)
class _Links:
    """The connections of each place of a skeleton to its eight neighbours.

    A diagonal step counts only if no path along the axes leads to the same place, so that the
    corner of a right angle is not a junction.
    """

    table: Indices
    linked: Flags

    @classmethod
    def of(cls, places: Places) -> "_Links":
        table = places.neighbours()
        linked = table < len(places)
        for diagonal in (1, 3, 5, 7):
            linked[diagonal] &= ~(linked[diagonal - 1] | linked[(diagonal + 1) % 8])
        return cls(table, linked)

    def next_sums(self) -> Whole:
        """(N,) sum of the neighbours' indices: minus one of two neighbours, it is the other."""
        return np.asarray(np.where(self.linked, self.table, 0).sum(axis=0, dtype=np.int64))


def graph_of(places: Places, half_width: NDArray[np.float32], scale: tuple[float, float]) -> Graph:
    """The graph of a skeleton, one place wide.

    `half_width` (N,) of the ridge in places; `scale` (x, y) of a place in pixels of the photo.
    Adjacent junctions become one node in their middle. A place without neighbours is not a line
    and is dropped.
    """
    links = _Links.of(places)
    degree = links.linked.sum(axis=0)
    centres = np.stack([places.columns + 0.5, places.rows + 0.5], axis=1) * scale
    owner, nodes, widest = _nodes(links, degree, centres, half_width)
    walks, loops = _walk(links, degree, owner)
    rings = np.array([loop[0] for loop in loops], np.int64)
    owner[rings] = len(nodes) + np.arange(len(rings))
    nodes = np.concatenate([nodes, centres[rings]])
    widest = np.concatenate([widest, half_width[rings]])
    walks += [[*loop, loop[0]] for loop in loops]
    size = np.array([len(walk) for walk in walks], np.int64)
    order = np.array([place for walk in walks for place in walk], np.int64)
    starts = np.concatenate([[0], np.cumsum(size)])
    pixels = float(np.sqrt(scale[0] * scale[1]))
    points = np.column_stack([centres, _pixels(half_width.astype(np.float64), pixels)])[order]
    ends = np.stack([owner[order[starts[:-1]]], owner[order[starts[1:] - 1]]], axis=1)
    points[starts[:-1], :2], points[starts[1:] - 1, :2] = nodes[ends[:, 0]], nodes[ends[:, 1]]
    return Graph(nodes, _pixels(widest, pixels), ends, points, starts)


def _pixels(half_width: Floats, scale: float) -> Floats:
    """Half-width in pixels, corrected for the bias of peeled layers; at least half a place."""
    return np.asarray(np.maximum(half_width - 0.25, 0.5) * scale, np.float64)


def _nodes(
    links: _Links, degree: Whole, centres: Floats, half_width: NDArray[np.float32]
) -> tuple[Whole, Floats, Floats]:
    """The node of each place (-1: none), the nodes' positions, and their largest half-width."""
    is_node = (degree != 2) & (degree > 0)
    members = np.flatnonzero(is_node)
    number = np.full(len(degree) + 1, -1, np.int64)
    number[members] = np.arange(len(members))
    first, second = [], []
    junction = np.append(degree >= 3, False)
    for direction in range(4):
        beside = links.table[direction]
        here = np.flatnonzero(links.linked[direction] & junction[:-1] & junction[beside])
        first.append(number[here])
        second.append(number[beside[here]])
    group = join(len(members), np.concatenate(first), np.concatenate(second))
    count = int(group.max(initial=-1)) + 1
    size = np.bincount(group, minlength=count)
    middle = [np.bincount(group, centres[members, axis], count) / size for axis in range(2)]
    widest = np.zeros(count)
    np.maximum.at(widest, group, half_width[members])
    owner = np.full(len(degree), -1, np.int64)
    owner[members] = group
    return owner, np.stack(middle, axis=1), widest


def _walk(links: _Links, degree: Whole, owner: Whole) -> tuple[list[list[int]], list[list[int]]]:
    """Places of each branch from node to node, and of each closed line without a node.

    Not vectorised: along a line each step depends on the previous one.
    """
    inner = (degree == 2).tolist()
    sums = links.next_sums().tolist()
    walks: list[list[int]] = []
    seen: set[tuple[int, int]] = set()
    passed = bytearray(len(inner))
    for start, after in _exits(links, owner):
        if (start, after) in seen:
            continue
        walk = [start]
        before, here = start, after
        while inner[here]:
            passed[here] = 1
            walk.append(here)
            before, here = here, sums[here] - before
        walk.append(here)
        seen.add((here, before))
        walks.append(walk)
    loops = [
        _loop(place, links, sums, passed)
        for place in np.flatnonzero(degree == 2).tolist()
        if not passed[place]
    ]
    return walks, loops


def _exits(links: _Links, owner: Whole) -> list[tuple[int, int]]:
    """(place of a node, neighbour outside that node), in row-major order."""
    known = np.append(owner, -1)
    pairs = []
    for beside, linked in zip(links.table, links.linked, strict=True):
        here = np.flatnonzero(linked & (owner >= 0))
        here = here[known[here] != known[beside[here]]]
        pairs.append(np.stack([here, beside[here]], axis=1))
    every = np.concatenate(pairs)
    ordered = every[np.argsort(every[:, 0], kind="stable")]
    return [(int(start), int(after)) for start, after in ordered.tolist()]


def _loop(place: int, links: _Links, sums: list[int], passed: bytearray) -> list[int]:
    direction = int(np.argmax(links.linked[:, place]))
    loop = [place]
    passed[place] = 1
    before, here = place, int(links.table[direction, place])
    while here != place:
        passed[here] = 1
        loop.append(here)
        before, here = here, sums[here] - before
    return loop
