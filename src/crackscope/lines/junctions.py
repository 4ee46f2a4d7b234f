"""Merge junctions split by thinning, and open small loops around holes in a ridge."""

import numpy as np

from crackscope.lines.graph import Floats, Graph, Whole
from crackscope.lines.places import Flags


def mended(graph: Graph, least_px: float) -> Graph:
    """Merge pairs of junctions within the ridge's width, and open small loops.

    Thinning splits a crossing of wide lines into two junctions. A loop within twice the width, or
    `least_px`, is a hole in the ridge rather than a crack around a stone.
    """
    graph = _merged(graph, least_px / 2)
    return graph.joined(~_small_loops(graph, 2 * least_px))


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
