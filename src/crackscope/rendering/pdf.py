"""PDF documents of headings, paragraphs, tables and images, on A4, with embedded fonts."""

import io
import math
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from crackscope import extras

FONT, BOLD = "Vera", "VeraBd"
_MARGIN_MM = 15
_CELL_STYLES = {"table": 8.0, "small": 6.0}
_GREY = "#c8c8c8"
_IN_A_ROW = 3


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

    def picture(self, jpeg: bytes, size: tuple[int, int]) -> None:
        """A JPEG of `size` pixels, as wide as the text, at most two thirds of the page high."""
        width, height = size
        scale = min(self.width / width, self._height * 2 / 3 / height)
        self._flow += [self._image(jpeg, size, scale), self._platypus.Spacer(1, 6)]

    def _image(self, jpeg: bytes, size: tuple[int, int], scale: float) -> Any:
        image = self._platypus.Image(io.BytesIO(jpeg), size[0] * scale, size[1] * scale)
        image.hAlign = "LEFT"
        # ReportLab identifies an image by the hash of its decoded pixels; the file's bytes suffice.
        image._img._data, image._img._dataA = jpeg, None
        return image

    def pictures(self, shown: Sequence[tuple[str, bytes, tuple[int, int]]]) -> None:
        """Images in rows of three: (caption, JPEG, size in pixels) of each."""
        cells: list[Any] = [self._cell(*image) for image in shown]
        cells += [""] * (-len(cells) % _IN_A_ROW)
        rows = [cells[start : start + _IN_A_ROW] for start in range(0, len(cells), _IN_A_ROW)]
        table = self._platypus.Table(rows, [self.width / _IN_A_ROW] * _IN_A_ROW, hAlign="LEFT")
        table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
        self._flow += [table, self._platypus.Spacer(1, 6)]

    def _cell(self, text: str, jpeg: bytes, size: tuple[int, int]) -> list[Any]:
        scale = (self.width / _IN_A_ROW - 8) / max(size)
        image = self._image(jpeg, size, scale)
        return [image, self._platypus.Paragraph(escape(shown(text)), self._styles["table"])]

    def drawing(self, drawing: Any) -> None:
        """A ReportLab drawing."""
        self._flow += [drawing, self._platypus.Spacer(1, 6)]

    def new_page(self) -> None:
        """A page break."""
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
