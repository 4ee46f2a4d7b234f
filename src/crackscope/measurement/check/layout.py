"""Layout of the check sheet in mm, for both printing and evaluation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crackscope.errors import UsageError
from crackscope.measurement.check import marker
from crackscope.registry import nearest

Paper = Literal["a4", "letter"]
PAPERS: dict[str, tuple[float, float]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""Width and height in mm."""
WIDTHS_MM = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
MARKER_MM = 60.0
LINE_MM = 60.0
"""Length of each line."""
BAR_MM = 100.0
"""Length of the bar for checking the print with a ruler."""
_WIDTH, _HEIGHT = 180.0, 224.0
"""Printed area, centred on every paper, within the margins of common printers."""
_MARKER_AT = (0.0, 24.0)
_UPRIGHT_AT, _UPRIGHT_STEP = (78.0, 24.0), 10.0
_LEVEL_AT, _LEVEL_STEP = (20.0, 106.0), 9.0
_BAR_AT = (20.0, 218.0)
_TEXT_AT, _LEADING = (95.0, 112.0), 4.6
_ADVICE = (
    "Print at 100 % (not fit to page) on matt white",
    "paper, at 1200 dpi or higher. Check the bar with",
    "a ruler: it must be 100.0 mm long.",
    "",
    "Printers make fine lines wider. For widths up to",
    "0.3 mm read the printed width with a measuring",
    "microscope, and enter it as the true width.",
    "",
    "Fix the sheet flat next to the cracks, in the",
    "same light. Photograph it like the cracks:",
    "same camera, lens, distance and settings.",
    "Take several photos. The marker must be complete,",
    "with its white margin.",
    "",
    f"Marker: {marker.DICTIONARY}, number {marker.NUMBER}, {MARKER_MM:g} mm.",
)


@dataclass(frozen=True, slots=True)
class Box:
    """A black rectangle: left, top, width and height in mm, from the top left of the paper."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class TestLine:
    """A line of known width; (x0, y0) to (x1, y1) is its centre line, in mm."""

    __test__ = False  # not a test class for pytest

    name: str
    width_mm: float
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def box(self) -> Box:
        """The printed rectangle, with square ends."""
        across, along = (self.width_mm, 0.0) if self.x0 == self.x1 else (0.0, self.width_mm)
        left, top = self.x0 - across / 2, self.y0 - along / 2
        return Box(left, top, self.x1 - self.x0 + across, self.y1 - self.y0 + along)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text: position of its start or its middle; `size` is the font size in mm."""

    x: float
    y: float
    text: str
    size: float = 3.2
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The content of the sheet, in mm from the top left of the paper, y downwards."""

    paper: str
    size: tuple[float, float]
    marker: Box
    lines: tuple[TestLine, ...]
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """The marker's corners: top left, top right, bottom right, bottom left, as in OpenCV."""
        box = self.marker
        right, bottom = box.x + box.width, box.y + box.height
        return (box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)

    @property
    def printed(self) -> tuple[Box, ...]:
        """All black rectangles: cells of the marker, lines, and the bar."""
        return (*_cells(self.marker), *(line.box for line in self.lines), *self.boxes)


def sheet(paper: str = "a4") -> Sheet:
    """The sheet for a paper size; raises UsageError for an unknown one."""
    if paper not in PAPERS:
        hint = nearest(paper, list(PAPERS))
        raise UsageError(f"paper must be one of: {', '.join(PAPERS)}. Received: {paper!r}.{hint}")
    width, height = PAPERS[paper]
    left, top = (width - _WIDTH) / 2, (height - _HEIGHT) / 2
    lines = tuple(_lines(left, top))
    box = Box(left + _MARKER_AT[0], top + _MARKER_AT[1], MARKER_MM, MARKER_MM)
    texts = (*_titles(left, top), *_labels(lines), *_bar_labels(left, top), *_advice(left, top))
    return Sheet(paper, (width, height), box, lines, tuple(_bar(left, top)), texts)


def _lines(left: float, top: float) -> Iterator[TestLine]:
    """Each width twice, vertical and horizontal: printers and moving cameras blur one more."""
    for at, width in enumerate(WIDTHS_MM):
        x, y = left + _UPRIGHT_AT[0] + at * _UPRIGHT_STEP, top + _UPRIGHT_AT[1]
        yield TestLine(f"upright {width:g}", width, x, y, x, y + LINE_MM)
    for at, width in enumerate(WIDTHS_MM):
        x, y = left + _LEVEL_AT[0], top + _LEVEL_AT[1] + at * _LEVEL_STEP
        yield TestLine(f"level {width:g}", width, x, y, x + LINE_MM, y)


def _cells(box: Box) -> Iterator[Box]:
    cell = box.width / marker.CELLS
    for row, column, rows, columns in marker.dark_runs():
        place = box.x + column * cell, box.y + row * cell
        yield Box(*place, columns * cell, rows * cell)


def _bar(left: float, top: float) -> Iterator[Box]:
    """The bar, exactly BAR_MM long, with a tick every 10 mm."""
    x, y = left + _BAR_AT[0], top + _BAR_AT[1]
    yield Box(x, y, BAR_MM, 0.4)
    for tick in range(1, 10):
        yield Box(x + tick * 10 - 0.1, y - 2, 0.2, 2)
    yield Box(x, y - 4, 0.2, 4)
    yield Box(x + BAR_MM - 0.2, y - 4, 0.2, 4)


def _titles(left: float, top: float) -> Iterator[Text]:
    yield Text(left, top + 6, "crackscope: crack width check", 5.0)
    yield Text(left, top + 12, "Lines of known width in mm, and a marker for the scale.")


def _labels(lines: tuple[TestLine, ...]) -> Iterator[Text]:
    for line in lines:
        if line.x0 == line.x1:
            yield Text(line.x0, line.y1 + 6, f"{line.width_mm:g}", centred=True)
        else:
            yield Text(line.x0 - 12, line.y0 + 1.1, f"{line.width_mm:g}", centred=True)


def _bar_labels(left: float, top: float) -> Iterator[Text]:
    x, y = left + _BAR_AT[0], top + _BAR_AT[1] + 5
    yield Text(x, y, "0", centred=True)
    yield Text(x + BAR_MM, y, f"{BAR_MM:g} mm", centred=True)


def _advice(left: float, top: float) -> Iterator[Text]:
    for at, text in enumerate(_ADVICE):
        if text:
            yield Text(left + _TEXT_AT[0], top + _TEXT_AT[1] + at * _LEADING, text)
