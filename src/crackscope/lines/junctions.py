"""Junctions that thinning tore apart, and the small loops of holes in a ridge."""

import numpy as np

from crackscope.lines.graph import Floats, Graph, Whole
from crackscope.scoring.places import Flags


def mended(graph: Graph, least_px: float) -> Graph:
    """Make one junction of two that lie within the ridge's width, and open small loops.

    Thinning makes two junctions of a crossing of wide lines. A loop within twice the width, or
    `least_px`, is a hole in the ridge and no crack around a stone.
    """
    graph = _merged(graph, least_px / 2)
    return graph.joined(~_small_loops(graph, 2 * least_px))


def _merged(graph: Graph, least_px: float) -> Graph:
    """Short links between junctions shrunk to a node in their middle, each node once."""
    lengths, degrees = graph.lengths(), graph.degrees()
    first, second = graph.ends.T
    limits = np.maximum(least_px, graph.reach[first] + graph.reach[second])
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
    """(K, 2) each node in the middle of those that were made one with it."""
    count = np.maximum(np.bincount(onto, minlength=len(onto)), 1)
    sums = [np.bincount(onto, graph.nodes[:, axis], len(onto)) for axis in range(2)]
    return np.asarray(np.stack(sums, axis=1) / count[:, None])


def _moved(graph: Graph, onto: Whole, nodes: Floats) -> Graph:
    """Branches end at the node `onto` (K,) that theirs became, at its place in `nodes` (K, 2)."""
    ends = onto[graph.ends]
    points = graph.points.copy()
    points[graph.starts[:-1], :2] = nodes[ends[:, 0]]
    points[graph.starts[1:] - 1, :2] = nodes[ends[:, 1]]
    reach = graph.reach.copy()
    np.maximum.at(reach, onto, graph.reach)
    return Graph(nodes, reach, ends, points, graph.starts)


def _small_loops(graph: Graph, least_px: float) -> Flags:
    """(B,) which branches close a small loop: a closed one, or the longer of two side by side."""
    lengths = graph.lengths()
    ends = np.sort(graph.ends, axis=1)
    around = np.maximum(least_px, 4 * graph.reach[ends].sum(axis=1))
    closed = (ends[:, 0] == ends[:, 1]) & (lengths < around)
    order = np.lexsort((lengths, ends[:, 1], ends[:, 0]))
    before, after = order[:-1], order[1:]
    same = (ends[before] == ends[after]).all(axis=1)
    beside = same & (lengths[before] + lengths[after] < around[after])
    closed[after[beside]] = True
    hanging = graph.degrees()[ends[:, 0]] == 2  # a ring of its own is a line
    return np.asarray(closed & ~((ends[:, 0] == ends[:, 1]) & hanging))
