"""PDF documents of headings, paragraphs, tables and images, on A4, with embedded fonts."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from crackscope import extras
from crackscope.rendering.scale_bar import Bar

FONT, BOLD = "Vera", "VeraBd"
_MARGIN_MM = 15
_CELL_STYLES = {"table": 8.0, "small": 6.0}
_GREY = "#c8c8c8"
_IN_A_ROW = 3
_HIGHEST = 0.56
"""Maximum height of a single image, as a fraction of the page height."""
CELL_WIDTH = 0.32
"""Width of an image in a row, as a fraction of the text width."""
_BAR_SIZE = 7.0
"""Font size of the label of a scale bar, in points."""


@dataclass(frozen=True)
class Cell:
    """A JPEG of `size` pixels with an optional scale bar; text and an optional drawing below it."""

    text: str
    jpeg: bytes
    size: tuple[int, int]
    bar: Bar | None = None
    drawing: Any = None


class Pdf:
    """A document under construction: each method appends, `content` returns the file.

    `width` is the width of the text area in points. Raises MissingExtraError without ReportLab.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._flow: list[Any] = []
        self._platypus = module("platypus")
        self._styles = _styles()
        self.width, self._height = _text_area()

    def heading(self, level: int, text: str) -> None:
        """A heading, level 1 to 3."""
        self.markup(escape(shown(text)), f"heading{min(level, 3)}")

    def text(self, text: str, style: str = "text") -> None:
        """A paragraph."""
        self.markup(escape(shown(text)), style)

    def markup(self, markup: str, style: str = "text") -> None:
        """A paragraph in ReportLab's markup; the caller escapes all other text."""
        self._flow.append(self._platypus.Paragraph(markup, self._styles[style]))

    def table(self, rows: Sequence[Sequence[str]], head: bool = True, style: str = "table") -> None:
        """Rows of text; with `head` the first one is a heading, repeated on every page."""
        kind = self._styles[style]
        cells = [[self._platypus.Paragraph(escape(shown(c)), kind) for c in row] for row in rows]
        widths = _column_widths(rows, self.width)
        table = self._platypus.LongTable(cells, widths, repeatRows=int(head), hAlign="LEFT")
        lines = [("LINEBELOW", (0, 0), (-1, -1), 0.4, _GREY), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        if head:
            lines.append(("LINEBELOW", (0, 0), (-1, 0), 1, "#000000"))
        padding = [(f"{side}PADDING", (0, 0), (-1, -1), 2) for side in ("LEFT", "TOP", "BOTTOM")]
        table.setStyle(lines + padding)
        self._flow += [table, self._platypus.Spacer(1, 8)]

    def picture(self, jpeg: bytes, size: tuple[int, int], bar: Bar | None = None) -> None:
        """A JPEG of `size` pixels, as wide as the text and at most about half a page high, to leave
        room for its text."""
        width, height = size
        scale = min(self.width / width, self._height * _HIGHEST / height)
        self._flow += [self._image(jpeg, size, scale, bar), self._platypus.Spacer(1, 6)]

    def logo(self, jpeg: bytes, size: tuple[int, int]) -> None:
        """A JPEG of `size` pixels, at most 5 cm wide and 2 cm high."""
        mm = module("lib.units").mm
        scale = min(50 * mm / size[0], 20 * mm / size[1])
        self._flow += [self._image(jpeg, size, scale), self._platypus.Spacer(1, 6)]

    def _image(
        self, jpeg: bytes, size: tuple[int, int], scale: float, bar: Bar | None = None
    ) -> Any:
        picture = self._platypus.Image(io.BytesIO(jpeg), size[0] * scale, size[1] * scale)
        picture.hAlign = "LEFT"
        # ReportLab identifies an image by the hash of its decoded pixels; the file's bytes suffice.
        picture._img._data, picture._img._dataA = jpeg, None
        if bar is not None:
            _put_bar(picture, bar, scale)
        return picture

    def pictures(self, cells: Sequence["Cell"]) -> None:
        """Images in rows of three, each with its text and drawing below."""
        flows: list[Any] = [self._cell(cell) for cell in cells]
        flows += [""] * (-len(flows) % _IN_A_ROW)
        rows = [flows[start : start + _IN_A_ROW] for start in range(0, len(flows), _IN_A_ROW)]
        table = self._platypus.Table(rows, [self.width / _IN_A_ROW] * _IN_A_ROW, hAlign="LEFT")
        table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
        self._flow += [table, self._platypus.Spacer(1, 6)]

    def _cell(self, cell: "Cell") -> list[Any]:
        scale = CELL_WIDTH * self.width / max(cell.size)
        picture = self._image(cell.jpeg, cell.size, scale, cell.bar)
        text = self._platypus.Paragraph(escape(shown(cell.text)), self._styles["table"])
        return [picture, text, *([cell.drawing] if cell.drawing else [])]

    def drawing(self, drawing: Any) -> None:
        """A ReportLab drawing."""
        self._flow += [drawing, self._platypus.Spacer(1, 6)]

    def new_page(self) -> None:
        """A page break."""
        while self._flow and isinstance(self._flow[-1], self._platypus.Spacer):
            self._flow.pop()  # a spacer that does not fit would leave an empty page
        self._flow.append(self._platypus.PageBreak())

    def content(self) -> bytes:
        """The PDF file. The same calls give the same bytes."""
        content = io.BytesIO()
        margin = _MARGIN_MM * module("lib.units").mm
        document = self._platypus.SimpleDocTemplate(
            content,
            pagesize=module("lib.pagesizes").A4,
            title=shown(self._title),
            lang="en",
            invariant=1,
            **dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), margin),
        )
        document.build(self._flow, onFirstPage=_number, onLaterPages=_number)
        return content.getvalue()


def _put_bar(picture: Any, bar: Bar, scale: float) -> None:
    """Draw a scale bar on an image, whose pixels are `scale` points."""
    plain = picture.draw

    def draw() -> None:
        plain()
        canvas, foot = picture.canv, picture.drawHeight - bar.y * scale
        left, right = bar.x * scale, (bar.x + bar.length) * scale
        for grey, thick in ((1, 4.0), (0, 1.8)):
            canvas.setStrokeGray(grey)
            canvas.setLineWidth(thick)
            canvas.line(left, foot, right, foot)
        canvas.setFillGray(1)
        wide = module("pdfbase.pdfmetrics").stringWidth(bar.label, FONT, _BAR_SIZE)
        canvas.rect(left - 1, foot + 3, wide + 2, _BAR_SIZE + 1, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setFont(FONT, _BAR_SIZE)
        canvas.drawString(left, foot + 4.5, bar.label)

    picture.draw = draw


def shown(text: str) -> str:
    """The text, with escapes such as `\\u4e2d` for characters missing in the font."""
    known = _glyphs()
    signs = (c if ord(c) in known else c.encode("unicode_escape").decode("ascii") for c in text)
    return "".join(signs)


def module(name: str) -> Any:
    """The module `reportlab.NAME`. Raises MissingExtraError if ReportLab is not installed."""
    return extras.require(f"reportlab.{name}", "pdf", "write PDF files")


@cache
def _glyphs() -> frozenset[int]:
    """Register the fonts; returns the code points that both contain."""
    metrics, fonts = module("pdfbase.pdfmetrics"), module("pdfbase.ttfonts")
    regular, bold = fonts.TTFont(FONT, f"{FONT}.ttf"), fonts.TTFont(BOLD, f"{BOLD}.ttf")
    for font in (regular, bold):
        metrics.registerFont(font)
    metrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)
    return frozenset(regular.face.charToGlyph) & frozenset(bold.face.charToGlyph)


@cache
def _styles() -> dict[str, Any]:
    style = module("lib.styles").ParagraphStyle
    _glyphs()
    sizes = {"text": 9.0, **_CELL_STYLES}
    styles = {
        name: style(name, fontName=FONT, fontSize=size, leading=size * 1.35, splitLongWords=1)
        for name, size in sizes.items()
    }
    styles["text"].spaceAfter = 6
    for level, size in enumerate((16.0, 12.0, 10.0), start=1):
        styles[f"heading{level}"] = style(
            f"heading{level}",
            fontName=BOLD,
            fontSize=size,
            leading=size * 1.3,
            spaceBefore=size * 0.8,
            spaceAfter=size * 0.4,
            keepWithNext=1,
        )
    return styles


def _text_area() -> tuple[float, float]:
    """Width and height between the margins, in points."""
    width, height = module("lib.pagesizes").A4
    margins = 2 * _MARGIN_MM * module("lib.units").mm
    return width - margins, height - margins - 12  # 12: the frame's own padding


def _column_widths(rows: Sequence[Sequence[str]], width: float) -> list[float]:
    """Column widths in proportion to the square root of the longest text."""
    weights = [math.sqrt(max(4, *map(len, column))) for column in zip(*rows, strict=True)]
    return [width * weight / sum(weights) for weight in weights]


def _number(canvas: Any, document: Any) -> None:
    """Print the page number at the bottom."""
    canvas.setFont(FONT, 7)
    canvas.drawRightString(document.pagesize[0] - document.rightMargin, 20, str(document.page))
