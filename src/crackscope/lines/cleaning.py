"""Clean a graph of what thinning leaves: spurs at ragged edges, split junctions, small loops."""

import heapq
from dataclasses import dataclass, field

import numpy as np

from crackscope.lines.graph import Floats, Graph, Whole
from crackscope.lines.places import Flags


def without_spurs(graph: Graph, least_px: float, widths: float) -> Graph:
    """Remove branches with a free end that are shorter than the limit, the shortest first.

    The limit is `least_px` or `widths` times the width of the ridge that the branch leaves,
    whichever is larger. A branch is removed only if its node keeps at least two others; exactly
    two are merged.
    """
    lengths = graph.lengths()
    limits = np.maximum(least_px, 2 * widths * graph.half_width)
    pruned = _Pruned(graph, lengths.tolist(), limits.tolist())
    return graph.joined(pruned.run())


def mended(graph: Graph, least_px: float) -> Graph:
    """Merge pairs of junctions within the ridge's width, and open small loops.

    Thinning splits a crossing of wide lines into two junctions. A loop within twice the width, or
    `least_px`, is a hole in the ridge rather than a crack around a stone.
    """
    graph = _merged(graph, least_px / 2)
    return graph.joined(~_small_loops(graph, 2 * least_px))


@dataclass(slots=True)
class _Branch:
    """A branch during pruning: its ends, its length and the branches that were merged into it."""

    ends: tuple[int, int]
    length: float
    parts: tuple[int, ...]
    alive: bool = True


@dataclass(slots=True)
class _Pruned:
    """Branches by number: first those of the graph, then those merged after removing spurs."""

    graph: Graph
    lengths: list[float]
    limits: list[float]
    branches: list[_Branch] = field(init=False)
    at: list[set[int]] = field(init=False)
    waiting: list[tuple[float, int]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        pairs = zip(self.graph.ends.tolist(), self.lengths, strict=True)
        self.branches = [_Branch((pair[0], pair[1]), length, ()) for pair, length in pairs]
        self.at = [set() for _ in self.limits]
        for number, branch in enumerate(self.branches):
            for node in branch.ends:
                self.at[node].add(number)
        self._consider(range(len(self.branches)))

    def run(self) -> Flags:
        """Which branches of the graph are kept."""
        gone: list[int] = []
        while self.waiting:
            _, number = heapq.heappop(self.waiting)
            junction = self._junction(number)
            if self.branches[number].alive and junction is not None:
                gone.append(number)
                self._drop(number)
                self._close(junction)
        kept = np.ones(len(self.graph), bool)
        while gone:
            number = gone.pop()
            gone += self.branches[number].parts
            if number < len(kept):
                kept[number] = False
        return kept

    def _consider(self, numbers: range) -> None:
        for number in numbers:
            if self._junction(number) is not None:
                heapq.heappush(self.waiting, (self.branches[number].length, number))

    def _junction(self, number: int) -> int | None:
        """The node that a spur is attached to; None if the branch is not a spur."""
        branch = self.branches[number]
        for node, end in (branch.ends, branch.ends[::-1]):
            hangs = len(self.at[end]) == 1 and self._count(node) >= 3
            if hangs and node != end and branch.length < self.limits[node]:
                return node
        return None

    def _count(self, node: int) -> int:
        """Number of branch ends at a node; a closed branch has two."""
        pairs = (self.branches[number].ends for number in self.at[node])
        return sum(1 + (first == second) for first, second in pairs)

    def _drop(self, number: int) -> None:
        branch = self.branches[number]
        branch.alive = False
        for node in branch.ends:
            self.at[node].discard(number)

    def _close(self, node: int) -> None:
        """Merge the branches at a node if only two are left."""
        if len(self.at[node]) != 2 or self._count(node) != 2:
            return
        first, second = sorted(self.at[node])
        pair = self.branches[first], self.branches[second]
        ends = tuple(b.ends[1] if b.ends[0] == node else b.ends[0] for b in pair)
        self._drop(first)
        self._drop(second)
        number = len(self.branches)
        whole = _Branch((ends[0], ends[1]), pair[0].length + pair[1].length, (first, second))
        self.branches.append(whole)
        for end in whole.ends:
            self.at[end].add(number)
        self._consider(range(number, number + 1))


def _merged(graph: Graph, least_px: float) -> Graph:
    """Contract short links between junctions to a node in their middle, each node once."""
    lengths, degrees = graph.lengths(), graph.degrees()
    first, second = graph.ends.T
    limits = np.maximum(least_px, graph.half_width[first] + graph.half_width[second])
    short = (lengths < limits) & (first != second)
    short &= (degrees[first] >= 3) & (degrees[second] >= 3)
    onto = np.arange(len(graph.nodes))
    free = np.ones(len(onto), bool)
    links = np.zeros(len(graph), bool)
    for link in np.flatnonzero(short)[np.argsort(lengths[short], kind="stable")].tolist():
        a, b = graph.ends[link].tolist()
        if free[a] and free[b]:
            free[[a, b]] = False
            onto[b] = a
            links[link] = True
    return _moved(graph, onto, _middles(graph, onto)).take(~links)


def _middles(graph: Graph, onto: Whole) -> Floats:
    """(K, 2) for each node the centroid of the nodes merged into it."""
    count = np.maximum(np.bincount(onto, minlength=len(onto)), 1)
    sums = [np.bincount(onto, graph.nodes[:, axis], len(onto)) for axis in range(2)]
    return np.asarray(np.stack(sums, axis=1) / count[:, None])


def _moved(graph: Graph, onto: Whole, nodes: Floats) -> Graph:
    """Reconnect branches to the merged nodes `onto` (K,), at their positions `nodes` (K, 2)."""
    ends = onto[graph.ends]
    points = graph.points.copy()
    points[graph.starts[:-1], :2] = nodes[ends[:, 0]]
    points[graph.starts[1:] - 1, :2] = nodes[ends[:, 1]]
    half_width = graph.half_width.copy()
    np.maximum.at(half_width, onto, graph.half_width)
    return Graph(nodes, half_width, ends, points, graph.starts)


def _small_loops(graph: Graph, least_px: float) -> Flags:
    """(B,) which branches close a small loop: a closed one, or the longer of two parallel ones."""
    lengths = graph.lengths()
    ends = np.sort(graph.ends, axis=1)
    around = np.maximum(least_px, 4 * graph.half_width[ends].sum(axis=1))
    closed = (ends[:, 0] == ends[:, 1]) & (lengths < around)
    order = np.lexsort((lengths, ends[:, 1], ends[:, 0]))
    before, after = order[:-1], order[1:]
    same = (ends[before] == ends[after]).all(axis=1)
    beside = same & (lengths[before] + lengths[after] < around[after])
    closed[after[beside]] = True
    hanging = graph.degrees()[ends[:, 0]] == 2  # an isolated ring is a line
    return np.asarray(closed & ~((ends[:, 0] == ends[:, 1]) & hanging))
