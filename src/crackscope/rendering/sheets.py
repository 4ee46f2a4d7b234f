"""Contact sheets: thumbnails with captions on one page."""

import io
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.PngImagePlugin import PngInfo

from crackscope.images.signature import PNG_TEXT
from crackscope.types import Pixels

_FONT_SIZE, _TITLE_SIZE = 12, 18
_LINE, _GAP = 15, 10
_PAPER, _INK, _SHADE = "white", "#1a1a1a", "#e8e8e8"
_MOST_LINES = 3


def contact_sheet(
    images: Sequence[Pixels],
    captions: Sequence[str],
    columns: int,
    cell: int = 160,
    title: str = "",
) -> Image.Image:
    """Thumbnails in reading order, each fitted into `cell` x `cell` pixels above its caption.

    A caption has up to three lines; a line wider than the cell is shortened in the middle. Without
    images the sheet says so. Raises ValueError if the numbers of captions and images differ.
    """
    if len(images) != len(captions):
        raise ValueError(
            "Every image must have one caption. "
            f"Received: {len(images)} images, {len(captions)} captions."
        )
    if columns < 1 or cell < 16:
        raise ValueError(
            "columns must be at least 1, and cell at least 16. "
            f"Received: columns={columns}, cell={cell}."
        )
    if not images:
        return _empty_sheet(title, cell)
    lines = [caption.splitlines()[:_MOST_LINES] for caption in captions]
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    step_x, step_y = cell + _GAP, cell + _LINE * max(map(len, lines)) + _GAP
    top = _GAP + (_TITLE_SIZE + _GAP if title else 0)
    sheet, draw = _paper(columns * step_x + _GAP, top + rows * step_y, title)
    for index, image in enumerate(images):
        x, y = _GAP + index % columns * step_x, top + index // columns * step_y
        _place(sheet, image, x, y, cell)
        _write(draw, lines[index], x, y + cell + 2, cell)
    return sheet


def png(sheet: Image.Image) -> bytes:
    """The sheet as PNG, with crackscope named as its software."""
    info, content = PngInfo(), io.BytesIO()
    info.add(*PNG_TEXT)
    sheet.save(content, "PNG", pnginfo=info)
    return content.getvalue()


@lru_cache
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def _paper(width: int, height: int, title: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    if title:
        font = _font(_TITLE_SIZE)
        text = _shorten(_printable(title), font, width - 2 * _GAP)
        draw.text((_GAP, _GAP), text, fill=_INK, font=font)
    return sheet, draw


def _empty_sheet(title: str, cell: int) -> Image.Image:
    width, top = max(3 * cell, 320), _GAP + (_TITLE_SIZE + _GAP if title else 0)
    sheet, draw = _paper(width, top + _LINE + 2 * _GAP, title)
    _write(draw, ["Nothing to show."], _GAP, top, width - 2 * _GAP)
    return sheet


def _place(sheet: Image.Image, image: Pixels, x: int, y: int, cell: int) -> None:
    small = ImageOps.contain(Image.fromarray(image), (cell, cell), Image.Resampling.LANCZOS)
    sheet.paste(_SHADE, (x, y, x + cell, y + cell))
    sheet.paste(small, (x + (cell - small.width) // 2, y + (cell - small.height) // 2))


def _write(draw: ImageDraw.ImageDraw, lines: Sequence[str], x: int, y: int, width: int) -> None:
    font = _font(_FONT_SIZE)
    for number, line in enumerate(lines):
        text = _shorten(_printable(line), font, width)
        draw.text((x, y + number * _LINE), text, fill=_INK, font=font)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _shorten(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> str:
    """`text`, shortened in the middle to `width` pixels."""
    kept, result = len(text), text
    while kept > 0 and font.getlength(result) > width:
        kept -= 1
        result = text[: kept - kept // 2] + "…" + text[len(text) - kept // 2 :]
    return result
