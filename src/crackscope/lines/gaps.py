"""Bridge gaps in a crack if direction, width and evidence agree."""

from dataclasses import dataclass

import numpy as np

from crackscope.lines.ends import anchors, widths_inside
from crackscope.lines.fields import Fields
from crackscope.lines.graph import Floats, Graph, Whole, numbered
from crackscope.lines.places import Flags
from crackscope.lines.settings import Tracing

_SAMPLES = np.linspace(0.0, 1.0, 11)[1:-1]
_MOST_NEIGHBOURS = 16


@dataclass(frozen=True, slots=True)
class _Ends:
    """Free ends: node, branch, position, outward direction, half-width there and width inside."""

    node: Whole
    branch: Whole
    places: Floats
    towards: Floats
    half_width: Floats
    inside: Floats


def bridged(graph: Graph, fields: Fields, settings: Tracing) -> Graph:
    """Join free ends that point at each other across a gap: best first, each end once."""
    ends = _free_ends(graph, fields.found.pixels_a_place)
    if settings.longest_gap_px <= 0 or len(ends.node) < 2:
        return graph
    first, second = _near_pairs(
        ends.places,
        settings.longest_gap_px + 2 * min(ends.half_width.max(), settings.longest_gap_px),
    )
    costs = _costs(graph, ends, first, second, settings, fields)
    open_ends = np.ones(len(ends.node), bool)
    chosen: list[tuple[int, int]] = []
    for pair in np.argsort(costs, kind="stable")[: np.isfinite(costs).sum()].tolist():
        a, b = int(first[pair]), int(second[pair])
        if open_ends[a] and open_ends[b]:
            open_ends[[a, b]] = False
            chosen.append((a, b))
    if not chosen:
        return graph
    wider = _with_bridges(graph, ends, np.array(chosen), fields.found.pixels_a_place)
    return wider.joined(np.ones(len(wider), bool))


def _free_ends(graph: Graph, place_px: float) -> _Ends:
    branch, side = np.nonzero(graph.degrees()[graph.ends] == 1)
    inside = widths_inside(graph.points, graph.starts, branch, side)
    cut = np.where(inside >= 3 * place_px, inside, 0.0)
    found = anchors(graph.points, graph.starts, branch, side, cut, place_px)
    node = graph.ends[branch, side]
    place = graph.points[found.last, :2]
    return _Ends(node, branch, place, found.towards, graph.half_width[node], inside)


def _near_pairs(places: Floats, radius: float) -> tuple[Whole, Whole]:
    """Pairs of places within a distance of `radius`, found with a grid; at most 16 per place.

    The limit only matters in noise; it keeps the number of pairs linear.
    """
    cells = np.floor(places / radius).astype(np.int64) + 1
    stride = int(cells[:, 1].max()) + 2
    keys = cells[:, 0] * stride + cells[:, 1]
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    pairs = []
    for offset in (0, 1, stride - 1, stride, stride + 1):
        low = np.searchsorted(ordered, keys + offset, "left")
        count = np.minimum(np.searchsorted(ordered, keys + offset, "right") - low, _MOST_NEIGHBOURS)
        one, step = numbered(count)
        other = order[low[one] + step]
        keep = (one < other) if offset == 0 else np.ones(len(one), bool)
        pairs.append((one[keep], other[keep]))
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    near = np.hypot(*(places[first] - places[second]).T) <= radius
    return first[near], second[near]


def _costs(
    graph: Graph, ends: _Ends, first: Whole, second: Whole, settings: Tracing, fields: Fields
) -> Floats:
    """(M,) cost of each bridge: its length, increased if it bends or is faint; infinite: none."""
    place_px = fields.found.pixels_a_place
    gap = ends.places[second] - ends.places[first]
    distance = np.hypot(*gap.T)
    pair = ends.inside[[first, second]] + place_px / 2
    same = ends.branch[first] == ends.branch[second]
    fits = distance - ends.half_width[first] - ends.half_width[second] <= settings.longest_gap_px
    fits &= pair.max(axis=0) <= settings.gap_ratio * pair.min(axis=0)
    fits &= ~same | (graph.lengths()[ends.branch[first]] > 4 * distance)
    ways = ends.towards[first], ends.towards[second]
    aligned, aside = _aligned(gap, ways, settings.gap_degrees, place_px)
    fits &= aligned
    evidence = np.full(len(gap), -np.inf)
    evidence[fits] = _evidence(ends.places[first[fits]], gap[fits], fields)
    fits &= evidence >= settings.gap_logit
    cost = distance * (1 + aside / np.maximum(distance, place_px))
    cost *= 1 + 0.1 * np.maximum(settings.low - evidence, 0.0)
    return np.where(fits, cost, np.inf)


def _aligned(
    gap: Floats, ways: tuple[Floats, Floats], degrees: float, place_px: float
) -> tuple[Flags, Floats]:
    """Whether the two ends of each gap (M, 2) point at each other, and (M,) pixels they miss by.

    `ways` are their outward directions. One place is the tolerance of an end's position.
    """
    slope = np.tan(np.radians(min(degrees, 89.0)))
    aligned = -(ways[0] * ways[1]).sum(axis=1) >= np.cos(np.radians(1.5 * degrees))
    missed = np.zeros(len(gap))
    for way, sign in zip(ways, (1, -1), strict=True):
        ahead = sign * (way * gap).sum(axis=1)
        aside = np.abs(way[:, 0] * gap[:, 1] - way[:, 1] * gap[:, 0])
        aligned &= (ahead > 0) & (aside <= slope * ahead + place_px)
        missed += aside
    return aligned, missed


def _evidence(places: Floats, gap: Floats, fields: Fields) -> Floats:
    """(M,) mean logit along the straight line across each gap."""
    points = places[:, None] + _SAMPLES[:, None] * gap[:, None]
    x, y = points.astype(np.float32).transpose(2, 0, 1)
    return np.asarray(fields.logit(x, y).mean(axis=1), np.float64)


def _with_bridges(graph: Graph, ends: _Ends, pairs: Whole, place_px: float) -> Graph:
    """Add a straight branch for each pair of ends, with one point per place."""
    places = np.column_stack([ends.places, ends.half_width])
    start, stop = places[pairs[:, 0]], places[pairs[:, 1]]
    length = np.hypot(*(stop - start)[:, :2].T)
    steps = np.maximum(np.ceil(length / place_px), 1).astype(np.int64)
    size = steps + 1
    which, step = numbered(size)
    part = step / steps[which]
    points = start[which] + part[:, None] * (stop - start)[which]
    starts = np.concatenate([graph.starts, graph.starts[-1] + np.cumsum(size)])
    return Graph(
        graph.nodes,
        graph.half_width,
        np.concatenate([graph.ends, ends.node[pairs]]),
        np.concatenate([graph.points, points]),
        starts,
    )
