"""From a line map to cracks: connected sets of sub-pixel polylines with their widths."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.fields import Fields
from crackscope.lines.gaps import bridged
from crackscope.lines.graph import Graph, along
from crackscope.lines.hysteresis import ridges
from crackscope.lines.junctions import mended
from crackscope.lines.polyline import Polylines, polylines
from crackscope.lines.settings import Tracing
from crackscope.lines.spurs import without_spurs
from crackscope.lines.thinning import half_widths, skeleton
from crackscope.lines.trace import graph_of
from crackscope.lines.width import widths
from crackscope.scoring.linemap import LineMap
from crackscope.scoring.places import Places


@dataclass(frozen=True, slots=True)
class Branch:
    """One unbranched line of a crack.

    `points` (N, 3) float64 x, y and width in pixels of the photo, N at least 2, consecutive ones
    at most 8 px apart; `logits` (N,) float32 the evidence at each point.
    """

    points: NDArray[np.float64]
    logits: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Traced:
    """A crack, not scored yet: branches that are connected, and share the points of junctions."""

    branches: tuple[Branch, ...]


def find_cracks(found: LineMap, settings: Tracing | None = None) -> tuple[Traced, ...]:
    """Trace the cracks of a line map, in the order of reading.

    Time and memory grow with the tiles that the map holds and the places at or above
    `settings.low`, not with the photo.
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
    """Spurs go first, so that those of one line are not taken for torn junctions."""
    graph = without_spurs(graph, settings.spur_px, settings.spur_widths)
    graph = mended(graph, settings.spur_px)
    return without_spurs(graph, settings.spur_px, settings.spur_widths)


def _long_enough(graph: Graph, least_px: float) -> Graph:
    """Without components whose branches are shorter than `least_px` together.

    Free ends may still grow, so this is no more than half of what is wanted in the end.
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
