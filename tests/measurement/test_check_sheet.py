"""The check sheet: to scale in both forms, and a marker that OpenCV knows."""

import io
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pypdf
import pytest
from pypdf.generic import ContentStream

from crackscope.errors import UsageError
from crackscope.measurement.check import marker, sheet, write_sheet
from crackscope.measurement.check.layout import BAR_MM, MARKER_MM, PAPERS, WIDTHS_MM, Box, Sheet
from crackscope.measurement.check.pdf import pdf
from crackscope.measurement.check.svg import svg

MM = 72 / 25.4
papers = pytest.mark.parametrize("paper", list(PAPERS))


def in_pdf(content: bytes) -> tuple[tuple[float, float], list[tuple[float, ...]]]:
    """The page's size and its filled rectangles in mm from the top left, as its operators say."""
    page = pypdf.PdfReader(io.BytesIO(content)).pages[0]
    size = float(page.mediabox.width) / MM, float(page.mediabox.height) / MM
    matrix, stack, found = np.eye(3), [], []
    for operands, operator in ContentStream(page["/Contents"].get_object(), None).operations:
        numbers = [float(each) for each in operands] if operator in (b"cm", b"re") else []
        if operator == b"q":
            stack.append(matrix)
        elif operator == b"Q":
            matrix = stack.pop()
        elif operator == b"cm":
            a, b, c, d, e, f = numbers
            matrix = np.array([[a, b, 0], [c, d, 0], [e, f, 1]]) @ matrix
        elif operator == b"re":
            x, y, width, height = numbers
            ends = np.array([[x, y, 1], [x + width, y + height, 1]]) @ matrix
            (left, low), (right, high) = np.sort(ends[:, :2], axis=0) / MM
            found.append((left, size[1] - high, right - left, high - low))
    return size, found


def in_svg(text: str) -> tuple[tuple[float, float], list[tuple[float, ...]]]:
    """The same of an SVG whose units are mm."""
    width, height = re.search(r'width="([\d.]+)mm" height="([\d.]+)mm"', text).groups()
    assert f'viewBox="0 0 {width} {height}"' in text
    pattern = r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/>'
    found = [tuple(map(float, each)) for each in re.findall(pattern, text)]
    return (float(width), float(height)), found


@papers
@pytest.mark.parametrize("form", ["pdf", "svg"])
def test_what_is_printed_is_to_scale(paper: str, form: str) -> None:
    drawn = sheet(paper)
    size, boxes = in_pdf(pdf(drawn)) if form == "pdf" else in_svg(svg(drawn))
    assert np.allclose(size, PAPERS[paper], atol=0.01)
    assert len(boxes) == len(drawn.printed)
    wanted = [(box.x, box.y, box.width, box.height) for box in drawn.printed]
    assert np.abs(np.array(boxes) - wanted).max() < 0.002, "a fiftieth of 0.1 mm"


@papers
def test_the_bar_the_marker_and_the_lines_are_as_long_and_wide_as_they_say(paper: str) -> None:
    """Read from the file, and not from the layout that it was drawn from."""
    _, boxes = in_pdf(pdf(sheet(paper)))
    assert sum(np.isclose(width, BAR_MM, atol=0.1) for _, _, width, _ in boxes) == 1
    square = np.array([box for box in boxes if 9.9 < min(box[2:]) < MARKER_MM + 0.1])
    ends = (square[:, :2] + square[:, 2:]).max(axis=0) - square[:, :2].min(axis=0)
    assert np.allclose(ends, MARKER_MM, atol=0.1)
    thin = [box for box in boxes if np.isclose(max(box[2:]), 60, atol=0.1) and min(box[2:]) < 2]
    widths = sorted(round(min(box[2:]), 3) for box in thin)
    assert widths == sorted([*WIDTHS_MM, *WIDTHS_MM])


def apart(one: Box, other: Box) -> float:
    """The gap between two boxes in mm; below 0 where they overlap."""
    x = max(one.x, other.x) - min(one.x + one.width, other.x + other.width)
    y = max(one.y, other.y) - min(one.y + one.height, other.y + other.height)
    return max(x, y)


@papers
def test_lines_stand_alone_and_within_the_margins_of_printers(paper: str) -> None:
    drawn = sheet(paper)
    boxes = [drawn.marker, *(line.box for line in drawn.lines), *drawn.boxes[:1]]
    assert min(apart(*pair) for pair in combinations(boxes, 2)) > 7
    paper_box = np.array(PAPERS[paper])
    for box in drawn.printed:
        assert min(box.x, box.y) > 10
        assert (paper_box - (box.x + box.width, box.y + box.height)).min() > 10
    for text in drawn.texts:
        assert 10 < text.y < paper_box[1] - 10
        assert text.x + 0.6 * text.size * len(text.text) * (not text.centred) < paper_box[0] - 5


def test_the_marker_is_the_one_that_opencv_generates() -> None:
    """Its pattern as OpenCV 5.0 draws it: checked against OpenCV itself where that is there."""
    grid = np.ones((marker.CELLS, marker.CELLS), int)
    for row, column, rows, columns in marker.dark_runs():
        grid[row : row + rows, column : column + columns] = 0
    assert grid.tolist() == [
        [0, 0, 0, 0, 0, 0],
        [0, 1, 0, 1, 1, 0],
        [0, 0, 1, 0, 1, 0],
        [0, 0, 0, 1, 1, 0],
        [0, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]


def test_both_forms_are_written_and_the_same_twice(tmp_path: Path) -> None:
    paths = write_sheet(tmp_path, paper="letter")
    assert [path.name for path in paths] == ["check-sheet-letter.svg", "check-sheet-letter.pdf"]
    contents = [path.read_bytes() for path in paths]
    write_sheet(tmp_path, paper="letter")
    assert [path.read_bytes() for path in paths] == contents
    texts = pypdf.PdfReader(paths[1]).pages[0].extract_text()
    assert "Print at 100 %" in texts
    assert "100 mm" in texts


def test_viewers_are_told_not_to_scale_the_page() -> None:
    catalog = pypdf.PdfReader(io.BytesIO(pdf(sheet()))).trailer["/Root"]
    assert catalog["/ViewerPreferences"]["/PrintScaling"] == "/None"


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"paper": "A4"}, "paper must be one of: a4, letter. Received: 'A4'"),
        ({"forms": ("png",)}, "forms must be some of: svg, pdf"),
        ({"forms": ()}, "forms must be some of: svg, pdf"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, settings, rule: str) -> None:
    with pytest.raises(UsageError, match=re.escape(rule)):
        write_sheet(tmp_path, **settings)
    assert not list(tmp_path.iterdir())


def test_a_sheet_is_a_value() -> None:
    assert sheet() == sheet("a4")
    assert isinstance(sheet(), Sheet)
