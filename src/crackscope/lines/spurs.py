"""Spurs: short branches with a free end, which thinning grows where an edge is ragged."""

import heapq
from dataclasses import dataclass, field

import numpy as np

from crackscope.lines.graph import Graph
from crackscope.scoring.places import Flags


def without_spurs(graph: Graph, least_px: float, widths: float) -> Graph:
    """Remove branches with a free end that are shorter than the limit, the shortest first.

    The limit is `least_px` or `widths` times the width of the ridge where the branch leaves it,
    whichever is more. A branch goes only where its node keeps two others; these are then one.
    """
    lengths = graph.lengths()
    limits = np.maximum(least_px, 2 * widths * graph.reach)
    pruned = _Pruned(graph, lengths.tolist(), limits.tolist())
    return graph.joined(pruned.run())


@dataclass(slots=True)
class _Branch:
    """A branch in the making: where it ends, how long it is, what it was joined from."""

    ends: tuple[int, int]
    length: float
    parts: tuple[int, ...]
    alive: bool = True


@dataclass(slots=True)
class _Pruned:
    """Branches by number: those of the graph first, then what is joined where spurs went."""

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
        """Which branches of the graph are left."""
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
        """The node that a short branch with a free end hangs on; None: it is no spur."""
        branch = self.branches[number]
        for node, end in (branch.ends, branch.ends[::-1]):
            hangs = len(self.at[end]) == 1 and self._count(node) >= 3
            if hangs and node != end and branch.length < self.limits[node]:
                return node
        return None

    def _count(self, node: int) -> int:
        """Ends of branches at a node; a closed one has two."""
        pairs = (self.branches[number].ends for number in self.at[node])
        return sum(1 + (first == second) for first, second in pairs)

    def _drop(self, number: int) -> None:
        branch = self.branches[number]
        branch.alive = False
        for node in branch.ends:
            self.at[node].discard(number)

    def _close(self, node: int) -> None:
        """Join two branches that are all that is left at a node."""
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
