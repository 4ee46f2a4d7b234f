"""Photos of the check sheet as a camera sees them, and what they say of a measurement."""

from collections.abc import Callable

import numpy as np
import pytest

from crackscope.errors import UsageError
from crackscope.measurement.check import (
    Reading,
    Row,
    Sheet,
    evaluate,
    from_points,
    seen_lines,
    sheet,
    summary,
    table,
)
from crackscope.measurement.check.outcome import figures
from support_sheet import INK, PAPER, SIZE, camera, render, through


def dips(pixels: np.ndarray, matrix: np.ndarray) -> list[tuple[float, float, float, float]]:
    """A simple measurement: how much light is missing across a line is its width, whatever the
    blur. It knows the camera, and that ink is black; it finds dark places by itself."""
    grey, back = pixels[:, :, 1].astype(float), np.linalg.inv(matrix)
    found = []
    for level in (False, True):
        values = grey.T if level else grey
        for row in range(12, len(values) - 12, 12):
            for column, width in _dips_of(values[row]):
                place = (row + 0.5, column) if level else (column, row + 0.5)
                scale = _mm_per_px(back, place, level)
                found.append((*place, width * scale, 0.3 * scale))
    return found


def _dips_of(values: np.ndarray, reach: int = 14) -> list[tuple[float, float]]:
    """(place, width in px) of dark places with paper on both sides."""
    found = []
    lowest = (values[1:-1] < values[:-2]) & (values[1:-1] <= values[2:])
    dark = np.flatnonzero(lowest & (values[1:-1] < 0.88 * np.median(values))) + 1
    for at in dark[(dark >= reach) & (dark < len(values) - reach)]:
        near = values[at - reach : at + reach + 1]
        ground = np.linspace(np.median(near[:4]), np.median(near[-4:]), len(near))
        missing = (1 - near / ground) / (1 - INK / PAPER)
        if near[reach] == near.min() and missing.max() > 0.12 and max(abs(missing[[0, -1]])) < 0.05:
            place = (missing * np.arange(-reach, reach + 1)).sum() / missing.sum()
            found.append((at + place + 0.5, float(missing.sum())))
    return found


def _mm_per_px(back: np.ndarray, place: tuple[float, float], level: bool) -> float:
    """Across the line that is upright, or level, on the sheet, along the row that was read."""
    step = np.array([0.0, 0.5] if level else [0.5, 0.0])
    ends = through(back, np.array([place - step, place + step]))
    return float(abs(np.diff(ends, axis=0)[0, int(level)]))


@pytest.fixture(scope="module")
def points(views) -> dict[str, list[tuple[float, float, float, float]]]:
    """What the simple measurement finds in each photo."""
    return {name: dips(pixels, matrix) for name, (_, matrix, pixels) in views.items()}


@pytest.fixture(scope="module")
def views() -> dict[str, tuple[Sheet, np.ndarray, np.ndarray]]:
    """A name, the sheet, where it lies, and its photo: straight on, and tilted on other paper."""
    found = {}
    for name, paper, tilt, turn in (("straight", "a4", 2, 0), ("tilted", "letter", 18, 1.5)):
        drawn = sheet(paper)
        matrix = camera(tilt, turn, 0.14, drawn)
        found[name] = drawn, matrix, render(drawn, matrix)
    return found


def found_by(drawn: Sheet, matrix: np.ndarray, off_px: float = 0.15) -> Callable:
    """A marker finder that errs at each corner."""
    moves = off_px * np.array([[1, -1], [-1, -1], [1, 1], [-1, 1]])
    return lambda pixels: through(matrix, np.array(drawn.corners)) + moves


@pytest.mark.parametrize("name", ["straight", "tilted"])
def test_a_photo_of_the_sheet_gives_its_true_widths(views, points, name: str) -> None:
    drawn, matrix, pixels = views[name]
    measure = from_points(lambda photo: points[name])
    outcome = evaluate([(name, pixels)], measure, found_by(drawn, matrix), drawn, truth_u95_mm=0.0)
    found = outcome.figures
    assert not outcome.failed
    assert found.lines == 22
    assert found.measured >= 18
    assert abs(found.bias_mm) < 0.015
    assert found.absolute_mm < 0.02
    assert found.holds
    assert outcome.narrowest_mm <= 0.2
    measured = {row.line: row for row in outcome.rows}
    assert measured["level 0.5"].reading.width_mm == pytest.approx(0.5, abs=0.03)
    assert measured["upright 0.5"].reading.width_mm == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("name", ["straight", "tilted"])
def test_lines_are_found_where_they_are_dark(views, name: str) -> None:
    """By the marker alone, across the whole sheet, with an error at each of its corners."""
    drawn, matrix, pixels = views[name]
    lines = seen_lines(drawn, found_by(drawn, matrix)(pixels), SIZE)
    assert [each.line for each in lines] == list(drawn.lines)
    for each in lines:
        true = through(matrix, np.array([[each.line.x0, each.line.y0]]))
        assert np.linalg.norm(each.points[0] - true) < 2.0 / 0.14 + 3
        if each.line.width_mm >= 0.2:
            x, y = each.points[len(each.points) // 2].astype(int)
            assert pixels[y - 2 : y + 3, x - 2 : x + 3].min() < 140
    step = through(matrix, np.array([[100.0, 100.0], [101.0, 100.0]]))
    assert lines[0].px_per_mm == pytest.approx(np.linalg.norm(np.diff(step, axis=0)), rel=0.1)
    assert lines[0].true_px == pytest.approx(lines[0].px_per_mm * 0.05)


def test_a_measurement_that_is_off_is_found_out(views, points) -> None:
    """10 % too wide with the same uncertainty: bias and coverage say so."""
    drawn, matrix, pixels = views["straight"]

    def wide(photo: np.ndarray) -> list[tuple[float, float, float, float]]:
        return [(x, y, 1.1 * width + 0.06, u95) for x, y, width, u95 in points["straight"]]

    marker = found_by(drawn, matrix)
    outcome = evaluate([("a", pixels)], from_points(wide), marker, drawn, truth_u95_mm=0.0)
    assert outcome.figures.bias_mm > 0.05
    assert outcome.figures.holds is False
    assert outcome.narrowest_mm is None
    assert "Do not rely on the intervals" in " ".join(summary(outcome))


def test_a_photo_without_a_marker_is_named_and_the_rest_is_done(views) -> None:
    drawn, matrix, pixels = views["straight"]
    known = found_by(drawn, matrix)
    blank = np.full_like(pixels, 190)

    def find(photo: np.ndarray):
        return None if photo is blank else known(photo)

    def measure(photo: np.ndarray, lines) -> list[Reading | None]:
        return [Reading(each.line.width_mm, 0.02) for each in lines]

    outcome = evaluate([("blank", blank), ("good", pixels)], measure, find, drawn)
    assert [name for name, _ in outcome.failed] == ["blank"]
    assert {row.photo for row in outcome.rows} == {"good"}
    flat = evaluate([("flat", pixels)], measure, lambda _: [[0, 0], [1, 1], [2, 2], [3, 3]], drawn)
    assert "three on a line" in flat.failed[0][1]
    far = evaluate([("far", pixels)], measure, lambda p: known(p) + 1e5, drawn)
    assert "no line of the sheet is completely inside the photo" in far.failed[0][1]
    assert "No line could be measured" in summary(far)[-1]
    with pytest.raises(UsageError, match="at least one photo of the check sheet"):
        evaluate([], measure, find, drawn)


def test_points_count_for_the_line_that_they_lie_on_and_too_few_for_none(views) -> None:
    drawn, matrix, pixels = views["straight"]
    lines = seen_lines(drawn, through(matrix, np.array(drawn.corners)), SIZE)
    first, second = lines[0], lines[11]
    aside = np.array([4.0 * first.px_per_mm, 0.0])
    known = [(*place, 0.05, 0.01) for place in first.points]
    known += [(*(place + aside), 9.0, 0.01) for place in first.points]
    known += [(*place, 0.05, 0.01) for place in second.points[:10]]
    readings = from_points(lambda photo: known)(pixels, lines)
    assert readings[0] == Reading(0.05, 0.01)
    assert readings[1:] == [None] * 21
    assert from_points(lambda photo: [])(pixels, lines) == [None] * 22


def row(true: float, reading: Reading | None, true_u95: float = 0.0) -> Row:
    return Row("photo", f"level {true:g}", true, true_u95, 3.0, reading)


def test_what_is_covered_takes_the_uncertainty_of_the_print_into_account() -> None:
    assert row(0.3, Reading(0.34, 0.05)).covered
    assert not row(0.3, Reading(0.34, 0.03)).covered
    assert row(0.3, Reading(0.34, 0.03), 0.03).covered
    assert row(0.1, Reading(below_mm=0.15)).covered
    assert not row(0.2, Reading(below_mm=0.15)).covered
    assert row(0.2, None).covered is None


def test_figures_say_whether_as_many_are_covered_as_promised() -> None:
    good, bad = row(0.3, Reading(0.31, 0.05)), row(0.3, Reading(0.4, 0.05))
    assert figures([good] * 19 + [bad]).holds
    assert figures([good] * 18 + [bad] * 2).holds, "2 of 20 happen by chance"
    assert figures([good] * 15 + [bad] * 5).holds is False
    assert figures([row(0.3, None)]).holds is None
    found = figures([good, bad, row(0.3, Reading(below_mm=0.4)), row(0.3, None)])
    assert (found.lines, found.measured, found.stated, found.covered) == (4, 2, 3, 2)
    assert found.bias_mm == pytest.approx(0.055)
    assert found.u95_mm == pytest.approx(0.05)


def test_truths_that_were_read_from_the_print_take_the_place_of_the_nominal_ones(views) -> None:
    drawn, matrix, pixels = views["straight"]

    def measure(photo: np.ndarray, lines) -> list[Reading | None]:
        return [Reading(each.line.width_mm + 0.03, 0.02) for each in lines]

    marker = found_by(drawn, matrix)
    nominal = evaluate([("a", pixels)], measure, marker, drawn, truth_u95_mm=0.0)
    assert nominal.by_width[0.1].covered == 0
    read = evaluate([("a", pixels)], measure, marker, drawn, truth_mm={0.1: 0.13}, truth_u95_mm=0.0)
    assert read.by_width[0.13].covered == 2
    assert read.to_dict()["by_width"][1]["bias_mm"] == pytest.approx(0.0)
    assert table(read)[2] == ("0.13", "2", "2", "+0.000", "0.020", "2 of 2")
    coarse = evaluate([("a", pixels)], measure, marker, drawn, print_dpi=600)
    assert coarse.rows[0].true_u95_mm == pytest.approx(25.4 / 600)


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"truth_mm": {0.12: 0.1}}, "the sheet has lines of 0.05, 0.1"),
        ({"truth_mm": {0.1: 0.0}}, "a printed width must be above 0"),
        ({"truth_mm": {0.1: float("nan")}}, "a printed width must be above 0"),
        ({"truth_u95_mm": -1.0}, "truth_u95_mm must be finite"),
        ({"print_dpi": 0.0}, "print_dpi must be above 0"),
    ],
)
def test_truths_that_cannot_be_are_refused(settings, rule: str) -> None:
    with pytest.raises(UsageError, match=rule):
        evaluate([], lambda *_: [], lambda _: None, sheet(), **settings)


@pytest.mark.parametrize("numbers", [(None, None, None), (0.1, None, None), (0.1, 0.1, 0.2)])
def test_a_reading_is_a_width_with_its_uncertainty_or_a_bound(numbers) -> None:
    with pytest.raises(ValueError, match="a reading must be a width with its u95, or a bound"):
        Reading(*numbers)
    with pytest.raises(ValueError, match="finite"):
        Reading(-0.1, 0.1)


@pytest.mark.parametrize("name", ["straight", "tilted"])
def test_opencv_finds_the_marker_in_a_photo_of_the_sheet(views, name: str) -> None:
    cv2 = pytest.importorskip("cv2")
    drawn, matrix, pixels = views[name]
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    corners, numbers, _ = cv2.aruco.ArucoDetector(dictionary).detectMarkers(pixels[:, :, 0].copy())
    assert numbers.ravel().tolist() == [0]
    true = through(matrix, np.array(drawn.corners))
    assert np.abs(corners[0][0] + 0.5 - true).max() < 2


@pytest.mark.parametrize(
    ("order", "reason"),
    [((1, 0, 3, 2), "mirrored"), ((0, 2, 1, 3), "Sides cross"), ((0, 0, 2, 3), "different")],
)
def test_a_marker_that_shows_no_plane_fails_its_photo(order: tuple[int, ...], reason: str) -> None:
    drawn = sheet("a4")
    corners = np.array(drawn.corners)[list(order)]
    found = evaluate(
        [("wall.png", np.zeros((900, 900, 3), np.uint8))],
        lambda pixels, lines: pytest.fail("nothing is to be measured"),
        lambda pixels: corners * 3,
        drawn,
    )
    assert not found.rows
    assert reason in str(found.failed[0])
