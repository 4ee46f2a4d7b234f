"""The check sheet as a PDF at scale: one page of the paper size."""

import io
from typing import Any

from crackscope.measurement.check.layout import Sheet, Text
from crackscope.rendering import pdf as fonts

_POINTS_PER_MM = 72 / 25.4


def pdf(sheet: Sheet) -> bytes:
    """The file; equal sheets give equal bytes. Raises MissingExtraError without [pdf]."""
    width, height = (side * _POINTS_PER_MM for side in sheet.size)
    content = io.BytesIO()
    canvas = fonts.module("pdfgen.canvas").Canvas(content, (width, height), invariant=1)
    canvas.setTitle("crackscope: crack width check")
    # Viewers that scale by default would make the sheet useless.
    canvas.setViewerPreference("PrintScaling", "None")
    canvas.setFillGray(0)  # black ink only: misregistered colour inks would widen the lines
    canvas.translate(0, height)
    canvas.scale(_POINTS_PER_MM, -_POINTS_PER_MM)
    for box in sheet.printed:
        canvas.rect(box.x, box.y, box.width, box.height, stroke=0, fill=1)
    for text in sheet.texts:
        _draw(canvas, text)
    canvas.showPage()
    canvas.save()
    return content.getvalue()


def _draw(canvas: Any, text: Text) -> None:
    """Draw upright letters, although y points down."""
    shown = fonts.shown(text.text)  # registers the fonts, too
    canvas.saveState()
    canvas.translate(text.x, text.y)
    canvas.scale(1, -1)
    canvas.setFont(fonts.FONT, text.size)
    draw = canvas.drawCentredString if text.centred else canvas.drawString
    draw(0, 0, shown)
    canvas.restoreState()
