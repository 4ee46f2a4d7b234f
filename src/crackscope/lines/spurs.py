"""Remove spurs: short branches with a free end, which thinning creates at ragged edges."""

import heapq
from dataclasses import dataclass, field

import numpy as np

from crackscope.lines.graph import Graph
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
