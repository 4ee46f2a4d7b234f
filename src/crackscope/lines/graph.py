"""The graph of a skeleton: nodes at line ends and junctions, with branches between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.places import Flags, join

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Piece = tuple[int, bool]
"""A branch, and whether it is reversed."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph whose branches are stored in one array, for vectorised processing.

    `nodes` (K, 2) x and y in pixels of the photo; `half_width` (K,) of the ridge there, in pixels;
    `ends` (B, 2) the nodes of each branch; `points` (P, 3) x, y and half-width along all branches,
    nodes included; `starts` (B + 1,) offset of each branch in `points`. A closed line has the same
    node twice.
    """

    nodes: Floats
    half_width: Floats
    ends: Whole
    points: Floats
    starts: Whole

    def __len__(self) -> int:
        return len(self.ends)

    def degrees(self) -> Whole:
        """(K,) number of branch ends at each node."""
        return np.bincount(self.ends.reshape(-1), minlength=len(self.nodes))

    def lengths(self) -> Floats:
        """(B,) length of each branch in pixels."""
        return along(self.points, self.starts)[self.starts[1:] - 1]

    def components(self) -> Whole:
        """(K,) label of the connected component of each node."""
        return join(len(self.nodes), self.ends[:, 0], self.ends[:, 1])

    def take(self, chosen: Flags) -> "Graph":
        """The same nodes with fewer branches."""
        return self.assemble([[(int(branch), False)] for branch in np.flatnonzero(chosen)])

    def joined(self, chosen: Flags) -> "Graph":
        """The chosen branches, merged at nodes where only two of them meet."""
        return self.assemble(chains(self.ends, len(self.nodes), chosen))

    def assemble(self, chains: Sequence[Sequence[Piece]]) -> "Graph":
        """The same nodes, with one branch for each chain of consecutive pieces."""
        pieces = np.array([piece for chain in chains for piece in chain], np.int64).reshape(-1, 2)
        branch, backwards = pieces[:, 0], pieces[:, 1].astype(bool)
        first = np.cumsum([0] + [len(chain) for chain in chains[:-1]]) if chains else _none()
        begins = np.zeros(len(pieces), bool)
        begins[first] = True
        skip = (~begins).astype(np.int64)  # the node shared with the previous piece
        size = np.diff(self.starts)[branch] - skip
        where = np.where(backwards, self.starts[branch + 1] - 1 - skip, self.starts[branch] + skip)
        step = np.where(backwards, -1, 1)
        piece, place = numbered(size)
        index = where[piece] + step[piece] * place
        last = np.append(first[1:], len(pieces)) - 1 if chains else _none()
        ends = np.stack(
            [
                self.ends[branch[first], backwards[first].astype(int)],
                self.ends[branch[last], 1 - backwards[last].astype(int)],
            ],
            axis=1,
        )
        total = np.add.reduceat(size, first) if chains else _none()
        starts = np.concatenate([[0], np.cumsum(total)])
        return Graph(self.nodes, self.half_width, ends, self.points[index], starts)


def _none() -> Whole:
    return np.empty(0, np.int64)


def along(points: Floats, starts: Whole) -> Floats:
    """(P,) distance of each point from the start of its branch, in pixels."""
    legs = np.hypot(*np.diff(points[:, :2], axis=0, prepend=points[:1, :2]).T)
    legs[starts[:-1]] = 0.0
    total = np.cumsum(legs)
    return np.asarray(total - np.repeat(total[starts[:-1]], np.diff(starts)))


def numbered(counts: NDArray[np.integer]) -> tuple[Whole, Whole]:
    """Row index of each item, and its index within the row, for rows of `counts` (R,) items.

    (2, 3) -> (0, 0, 1, 1, 1) and (0, 1, 0, 1, 2).
    """
    row = np.repeat(np.arange(len(counts)), counts)
    return row, np.arange(len(row)) - (np.cumsum(counts) - counts)[row]


def chains(ends: Whole, nodes: int, chosen: Iterable[bool]) -> list[list[Piece]]:
    """The chosen branches as chains that pass through nodes where exactly two ends meet."""
    at: list[list[int]] = [[] for _ in range(nodes)]  # half-branches: 2 * branch + which end
    pairs = ends.tolist()
    for branch, wanted in enumerate(chosen):
        if wanted:
            at[pairs[branch][0]].append(2 * branch)
            at[pairs[branch][1]].append(2 * branch + 1)
    done = [not wanted for wanted in chosen]
    found: list[list[Piece]] = []
    for inner in (False, True):  # only closed lines remain after the first round
        halves = (half for here in at if inner or len(here) != 2 for half in here)
        found.extend(_follow(half, pairs, at, done) for half in halves if not done[half // 2])
    return found


def _follow(
    half: int, pairs: list[list[int]], at: list[list[int]], done: list[bool]
) -> list[Piece]:
    chain: list[Piece] = []
    while not done[half // 2]:
        done[half // 2] = True
        chain.append((half // 2, half % 2 == 1))
        other = half ^ 1
        halves = at[pairs[other // 2][other % 2]]
        if len(halves) != 2:
            break
        half = halves[0] + halves[1] - other
    return chain
