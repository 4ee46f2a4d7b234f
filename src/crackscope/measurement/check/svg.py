"""The check sheet as SVG, in mm: one unit is one mm."""

from xml.sax.saxutils import escape

from crackscope.measurement.check.layout import Box, Sheet, Text


def svg(sheet: Sheet) -> str:
    """The file; equal sheets give equal text."""
    width, height = sheet.size
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}">'
    )
    paper = f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    black = [_rectangle(box) for box in sheet.printed]
    texts = [_text(text) for text in sheet.texts]
    return "\n".join([head, paper, '<g fill="#000">', *black, *texts, "</g>", "</svg>", ""])


def _rectangle(box: Box) -> str:
    """A rectangle, rounded to 0.001 mm, a fiftieth of the finest line."""
    x, y, width, height = (round(value, 3) for value in (box.x, box.y, box.width, box.height))
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"/>'


def _text(text: Text) -> str:
    anchor = ' text-anchor="middle"' if text.centred else ""
    place = f'x="{round(text.x, 3):g}" y="{round(text.y, 3):g}" font-size="{text.size:g}"'
    return f'<text {place} font-family="sans-serif"{anchor}>{escape(text.text)}</text>'
