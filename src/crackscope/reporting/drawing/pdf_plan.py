"""A map of the photo locations, as a drawing for a PDF."""

from collections.abc import Sequence
from typing import Any

from crackscope.rendering.pdf import BOLD, FONT, module
from crackscope.reporting.drawing.site_map import SiteMap

_COLOURS = {"crack": "#9c2a00", "unsure": "#6f5400", "no crack": "#33415c"}
_SIZE = 4.0
_FOOT = 24.0
"""Space below the map for the scale bar and the legend, in points."""


def draw_plan(site: SiteMap, verdicts: Sequence[str], width: float) -> Any:
    """The map, `width` points wide, north up, with a shape and a colour for each verdict."""
    shapes = module("graphics.shapes")
    scale = width / site.width
    height = site.height * scale + _FOOT
    line = module("lib.colors").HexColor("#c8c8c8")
    frame = shapes.Rect(0, 0, width, height, fillColor=None, strokeColor=line)
    drawing = shapes.Drawing(width, height, frame)
    placed = zip(site.points, verdicts, strict=True)
    for (x, y), verdict in reversed(list(placed)):  # the worst last: on top
        drawing.add(_mark(verdict, x * scale, height - y * scale))
    bar = site.bar * scale
    drawing.add(shapes.PolyLine([10, 16, 10, 12, 10 + bar, 12, 10 + bar, 16], strokeWidth=1))
    drawing.add(shapes.String(16 + bar, 10, site.label, fontName=FONT, fontSize=8))
    for index, verdict in enumerate(_COLOURS):
        left = width - 220 + 75 * index
        drawing.add(_mark(verdict, left, 13))
        drawing.add(shapes.String(left + 8, 10, verdict, fontName=FONT, fontSize=8))
    right = width - 16
    drawing.add(shapes.PolyLine([right, height - 30, right, height - 10], strokeWidth=1))
    drawing.add(shapes.Polygon([right - 3, height - 14, right, height - 6, right + 3, height - 14]))
    drawing.add(shapes.String(right - 3, height - 40, "N", fontName=BOLD, fontSize=8))
    return drawing


def _mark(verdict: str, x: float, y: float) -> Any:
    shapes, colors = module("graphics.shapes"), module("lib.colors")
    style = {
        "fillColor": colors.HexColor(_COLOURS[verdict]),
        "strokeColor": colors.white,
        "strokeWidth": 0.5,
    }
    if verdict == "crack":
        return shapes.Polygon([x - _SIZE, y - _SIZE, x, y + _SIZE, x + _SIZE, y - _SIZE], **style)
    if verdict == "unsure":
        return shapes.Rect(x - _SIZE, y - _SIZE, 2 * _SIZE, 2 * _SIZE, **style)
    return shapes.Circle(x, y, _SIZE, **style)
