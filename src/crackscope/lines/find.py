"""Find cracks in a line map: connected sets of sub-pixel polylines with widths."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.cleaning import mended, without_spurs
from crackscope.lines.fields import Fields
from crackscope.lines.gaps import bridged
from crackscope.lines.graph import Graph, along
from crackscope.lines.places import Places, ridges
from crackscope.lines.polyline import Polylines, polylines
from crackscope.lines.settings import Tracing
from crackscope.lines.thinning import half_widths, skeleton
from crackscope.lines.trace import graph_of
from crackscope.lines.width import widths
from crackscope.scoring.scored import LineMap


@dataclass(frozen=True, slots=True)
class Branch:
    """One unbranched line of a crack.

    `points` (N, 3) float64 x, y and width in pixels of the photo, N at least 2, with a spacing of
    at most 8 px; `logits` (N,) float32 the evidence at each point.
    """

    points: NDArray[np.float64]
    logits: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Traced:
    """A crack without a score: connected branches, which share the points of junctions."""

    branches: tuple[Branch, ...]


def find_cracks(found: LineMap, settings: Tracing | None = None) -> tuple[Traced, ...]:
    """Trace the cracks of a line map, in row-major order.

    Time and memory grow with the number of tiles in the map and of places at or above
    `settings.low`, not with the size of the photo.
    """
    chosen = Tracing() if settings is None else settings
    places = ridges(found, chosen.low, chosen.high)
    if not len(places):
        return ()
    graph = _graph(places, found.scale)
    if not len(graph):
        return ()
    fields = Fields.of(found)
    graph = bridged(_cleaned(graph, chosen), fields, chosen)
    graph = _long_enough(graph, chosen.least_length_px / 2)
    if not len(graph):
        return ()
    lines = polylines(graph, fields, chosen.low)
    return _cracks(graph, lines, fields, chosen.least_length_px)


def _graph(places: Places, scale: tuple[float, float]) -> Graph:
    kept = skeleton(places)
    return graph_of(places.take(kept), half_widths(places, kept), scale)


def _cleaned(graph: Graph, settings: Tracing) -> Graph:
    """Remove spurs first, so that they are not mistaken for split junctions."""
    graph = without_spurs(graph, settings.spur_px, settings.spur_widths)
    graph = mended(graph, settings.spur_px)
    return without_spurs(graph, settings.spur_px, settings.spur_widths)


def _long_enough(graph: Graph, least_px: float) -> Graph:
    """Drop components whose total length is below `least_px`.

    Free ends may still be extended, so callers pass half of the final limit.
    """
    component = graph.components()[graph.ends[:, 0]]
    total = np.bincount(component, graph.lengths())
    return graph.take(total[component] >= least_px)


def _cracks(graph: Graph, lines: Polylines, fields: Fields, least_px: float) -> tuple[Traced, ...]:
    component = graph.components()[graph.ends[:, 0]]
    length = along(lines.points, lines.starts)[lines.starts[1:] - 1]
    total = np.bincount(component, length, minlength=1)
    points = np.column_stack([lines.points, widths(lines, fields)])
    x, y = lines.points.T.astype(np.float32)
    logits = fields.logit(x, y)
    cracks: dict[int, list[Branch]] = {}
    for branch, crack in enumerate(component.tolist()):
        if total[crack] >= least_px and length[branch] > 0:
            span = slice(*lines.starts[branch : branch + 2].tolist())
            cracks.setdefault(crack, []).append(Branch(points[span], logits[span]))
    return tuple(Traced(tuple(branches)) for branches in cracks.values())
