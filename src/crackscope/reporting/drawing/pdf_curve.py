"""The width profile of a crack, and the colour of its class, as a drawing for a PDF."""

from collections.abc import Sequence
from typing import Any

from crackscope.rendering.pdf import FONT, module
from crackscope.reporting.drawing.width_profile import Curve, profile
from crackscope.types import Crack

_HEIGHT, _CHIP = 26.0, 7.0


def draw_curve(crack: Crack, width: float, shade: str | None) -> Any:
    """A profile `width` points wide, with a chip of the colour `shade` in the upper right."""
    shapes, colors = module("graphics.shapes"), module("lib.colors")
    frame = shapes.Rect(
        0, 0, width, _HEIGHT, fillColor=None, strokeColor=colors.HexColor("#c8c8c8")
    )
    drawing = shapes.Drawing(width, _HEIGHT, frame)
    found = profile(crack)
    for band in found.within(found.bands, width, _HEIGHT - 2):
        grey = colors.HexColor("#d4d4d4")
        drawing.add(shapes.Polygon(_flat(band), fillColor=grey, strokeColor=None))
    for curve in found.within(found.curves, width, _HEIGHT - 2):
        drawing.add(shapes.PolyLine(_flat(curve), strokeWidth=0.6))
    if shade is not None:
        drawing.add(_chip(width - _CHIP - 2, _HEIGHT - _CHIP - 2, shade))
    return drawing


def _flat(curve: Curve) -> list[float]:
    return [value for point in curve for value in point]


def draw_legend(classes: Sequence[tuple[str, str]], width: float) -> Any:
    """Name and colour of each class, side by side."""
    shapes = module("graphics.shapes")
    drawing = shapes.Drawing(width, _CHIP + 4)
    step = width / max(1, len(classes))
    for index, (name, shade) in enumerate(classes):
        drawing.add(_chip(index * step, 2, shade))
        left = index * step + _CHIP + 3
        drawing.add(shapes.String(left, 3, name, fontName=FONT, fontSize=7))
    return drawing


def _chip(x: float, y: float, shade: str) -> Any:
    """A square of the colour of a class; (x, y) is its lower left corner."""
    fill = module("lib.colors").HexColor(shade)
    return module("graphics.shapes").Rect(x, y, _CHIP, _CHIP, fillColor=fill, strokeWidth=0.4)
