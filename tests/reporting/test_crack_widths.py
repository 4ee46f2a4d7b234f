"""Reports for people show measured widths: class, sums, scale bars, and the width along a crack."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.rendering.scale_bar import bar, round_length
from crackscope.reporting import Context, chosen, pictures
from crackscope.reporting.crack_widths import class_of, legend
from crackscope.reporting.drawing.pdf_curve import draw_curve
from crackscope.reporting.drawing.width_profile import profile
from crackscope.types import Crack, PhotoResult
from support_cracks import cracked
from support_measured import MM_PER_PX, measured
from support_reports import inspected, scored

WIDTHS = ({"p95": 0.32, "p95_u95": 0.05}, {"below": 0.08}, {"p95": 1.25})
NOWHERE = Context("m@1+abc", Path("nowhere"))


def large(path: str = "a.jpg", *widths: dict[str, float] | None) -> PhotoResult:
    """A photo of 1600 x 1200 px, 400 x 300 mm."""
    return replace(measured(path, *(widths or WIDTHS)), width=1600, height=1200)


def classes(result: PhotoResult) -> list[str]:
    found = (class_of(crack, NOWHERE.scale_of(result)) for crack in result.cracks or ())
    return [str(one) for one in found if one is not None]


def test_a_crack_has_a_class_and_those_that_its_interval_reaches() -> None:
    assert classes(large()) == [
        "class 0.3 to 0.4 mm (or 0.2 to 0.3 mm)",
        "class under 0.1 mm",
        "class 1 mm and over",
    ]
    wide = {"p95": 0.25, "p95_u95": 0.2}
    assert classes(large("a.jpg", wide, {"below": 0.25}, None)) == [
        "class 0.2 to 0.3 mm (or under 0.1 mm, 0.1 to 0.2 mm, 0.3 to 0.4 mm, 0.4 to 1 mm)",
        "class unknown",
    ]


def test_a_limit_belongs_to_the_upper_class_and_what_is_below_it_to_the_lower() -> None:
    exact = large("a.jpg", {"p95": 0.1, "p95_u95": 0.0}, {"below": 0.1}, {"below": 0.1001})
    assert classes(exact) == ["class 0.1 to 0.2 mm", "class under 0.1 mm", "class unknown"]


def test_without_a_scale_or_a_width_there_is_no_class() -> None:
    unmeasured = large("a.jpg", None, None, None)
    for results in ([cracked("a.jpg")], [unmeasured], [scored("a.jpg")], []):
        assert legend(results, NOWHERE) == []
        assert [text for result in results for text in classes(result)] == []


def test_the_legend_sums_each_class() -> None:
    results = [large("a.jpg"), large("b.jpg", {"p95": 0.3}, None, {"p95": 2.0}), cracked("c.jpg")]
    rows = legend(results, NOWHERE)
    assert [(row.name, row.cracks) for row in rows] == [
        ("under 0.1 mm", 1), ("0.3 to 0.4 mm", 2), ("1 mm and over", 2), ("width not measured", 1),
    ]  # fmt: skip
    lengths = [crack.length_mm or 0 for result in results[:2] for crack in result.cracks or ()]
    total = sum(float(row.length.removesuffix(" m")) for row in rows)
    assert total == pytest.approx(sum(lengths) / 1000, rel=0.01)
    assert len({row.shade for row in rows}) == 4


@pytest.mark.parametrize(
    ("most", "length"), [(1, 1), (1.99, 1), (2, 2), (4.9, 2), (5, 5), (99, 50), (0.07, 0.05)]
)
def test_a_bar_is_of_a_round_length(most: float, length: float) -> None:
    assert round_length(most) == pytest.approx(length)


def test_a_bar_is_as_long_as_it_says() -> None:
    for mm_per_px in (0.03, 0.25, 7.0):
        found = bar(480, 360, mm_per_px)
        assert found is not None
        number, unit = found.label.split()
        mm = float(number) * {"mm": 1, "m": 1000}[unit]
        assert found.length * mm_per_px == pytest.approx(mm)
        assert 480 / 3 / 2.5 <= found.length <= 480 / 3
        assert found.y < 360
    assert bar(480, 40, 0.25) is None
    assert bar(480, 360, 5e-324) is bar(480, 360, 1e300) is None


def test_bars_of_smaller_pictures_are_to_scale() -> None:
    result = large()
    shown = pictures.bar_on_photo(result, NOWHERE, 480)
    assert shown is not None
    assert shown.label == "100 mm"
    assert shown.length == pytest.approx(100 / MM_PER_PX * 480 / 1600)
    assert shown.y < 1200 * 480 / 1600
    near = pictures.bar_on_close_up(result, NOWHERE, (320, 240))
    assert near is not None
    assert (near.label, near.length) == ("20 mm", pytest.approx(20 / MM_PER_PX))


def test_a_bar_that_might_be_wrong_is_not_drawn() -> None:
    result = large()
    plain = replace(cracked("a.jpg"), width=1600, height=1200)
    assert pictures.bar_on_photo(plain, NOWHERE, 480) is None
    assert pictures.bar_on_close_up(plain, NOWHERE, (320, 240)) is None
    padded = replace(result, width=200, height=1200)
    assert pictures.bar_on_photo(padded, NOWHERE, 480) is None
    thin = replace(result, width=400, height=6000)
    assert pictures.bar_on_photo(thin, NOWHERE, 480) is None
    reduced = replace(result, path="a.tif", width=20_000, height=10_000)
    assert pictures.bar_on_close_up(reduced, NOWHERE, (320, 240)) is None
    assert pictures.bar_on_photo(reduced, NOWHERE, 480) is not None


def test_a_profile_is_the_widths_of_all_branches_the_longest_first() -> None:
    lines = [
        [(10, 10, 1), (10, 20, 4), (10, 30, 2)],
        [(10, 30, 2), (22, 46, 1), (34, 62, 3)],
    ]
    found = profile(Crack.of(1, 0.9, lines, 100, 100))
    assert (found.length, found.widest) == (60, 4)
    long, short = found.curves
    assert long[0] == (0, 2)
    assert long[-1] == (40, 3)
    assert short == ((40, 1), (50, 4), (60, 2))
    assert found.within(found.curves, 120, 20)[1] == ((80, 5), (100, 20), (120, 10))


@given(place=st.integers(0, 4999))
def test_a_long_profile_keeps_its_widest_place(place: int) -> None:
    line = np.array([(x, 5, 1) for x in range(5000)], float)
    line[place, 2] = 9
    found = profile(Crack.of(1, 0.9, [line], 5000, 10))
    (curve,) = found.curves
    assert 110 < len(curve) < 130
    assert (place, 9) in curve


@pytest.mark.parametrize("count", range(2, 9))
def test_a_short_profile_keeps_every_place(count: int) -> None:
    line = [(x, 5, 1 + x % 3) for x in range(count)]
    (curve,) = profile(Crack.of(1, 0.9, [line], 100, 10)).curves
    assert curve == tuple((x, width) for x, _, width in line)


def test_a_speck_has_a_profile() -> None:
    found = profile(Crack.of(1, 0.9, [[(10, 10, 1), (10, 10, 2)]], 100, 100))
    assert found.within(found.curves, 120, 20) == [((0, 10), (0, 20))]


def test_the_profile_of_a_shattered_wall_stays_small() -> None:
    lines = [[(x, y, 1 + x % 3) for x in range(0, 400, 4)] for y in range(10, 310)]
    found = profile(Crack.of(1, 0.9, lines, 1000, 1000))
    assert sum(map(len, found.curves)) < 300
    assert found.length == pytest.approx(300 * 396)


MEASURED = (
    ((0.0, 0.3, 0.1), (10.0, 0.5, 0.2), (20.0, 0.4, 0.5)),
    ((30.0, 0.2, 0.05),),
)


def with_curves(path: str = "a.jpg") -> PhotoResult:
    result = large(path, {"p95": 0.45, "p95_u95": 0.01}, None, None)
    first, *rest = result.cracks or ()
    return replace(
        result, cracks=(replace(first, profile_mm=MEASURED, length_mm=40.0, length_u95_mm=1), *rest)
    )


def test_measured_widths_are_shown_with_the_band_of_their_interval() -> None:
    crack = (with_curves().cracks or ())[0]
    found = profile(crack)
    assert (found.unit, found.length, found.widest) == ("mm", 40, 0.9)
    first, second = found.within(found.curves, 400, 90)
    assert first == ((0, 30), (100, 50), (200, 40))
    assert second[0][1] == second[1][1] == 20, "a single place is a short stroke"
    assert 0 < second[1][0] - second[0][0] < 5
    band = found.within(found.bands, 400, 90)[0]
    assert band == ((0, 40), (100, 70), (200, 90), (200, 0), (100, 30), (0, 20))
    assert "0 to 0.9 mm, with its 95 % interval" in str(found)


def test_reports_show_the_measured_widths(tmp_path: Path) -> None:
    pytest.importorskip("reportlab")
    results = [with_curves(), large("b.jpg")]
    context = inspected(tmp_path, results)
    page = chosen("html")[0](results, tmp_path, context)[0].read_text(encoding="utf-8")
    assert page.count('class="band"') == 1
    (ways,) = re.findall(r'class="band" d="([^"]*)"', page)
    assert (ways.count("M"), ways.count("Z")) == (2, 2)
    assert "Measured width along the crack, 0 to 0.9 mm" in page
    assert "Width along the crack, 0 to" in page, "of the others"
    drawing = draw_curve((results[0].cracks or ())[0], 240, None)
    kinds = [type(shape).__name__ for shape in drawing.contents]
    assert (kinds.count("Polygon"), kinds.count("PolyLine")) == (2, 2)


@pytest.mark.parametrize("point", [(1.0, 0.0, 0.1), (1.0, float("nan"), 0.1), (1.0, 0.2)])
def test_curves_of_results_are_checked(point: tuple[float, ...]) -> None:
    crack = (large("a.jpg").cracks or ())[0]
    with pytest.raises(ValueError, match="a curve must have points"):
        replace(crack, profile_mm=((point,),))


def test_curves_survive_results_jsonl() -> None:
    result = with_curves()
    again = PhotoResult.from_dict(json.loads(json.dumps(result.to_dict())))
    assert again.cracks == result.cracks
    assert (again.cracks or ())[0].profile_mm == MEASURED


def test_page_and_pdf_say_the_same_of_widths(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("reportlab")
    results = [large("a.jpg"), large("b.jpg", {"p95": 0.45, "p95_u95": 0.01}, None, None)]
    context = inspected(tmp_path, results)
    html = chosen("html")[0](results, tmp_path, context)[0].read_text(encoding="utf-8")
    page = html.split("</style>")[1].split("<script")[0]
    (file,) = chosen("pdf")[0](results, tmp_path, context)
    text = "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(file).pages)
    numbers = re.compile(r"\d+\.\d+")
    seen = re.sub(r"<svg class=\"curve.*?</svg>|<[^>]*>", " ", page)
    assert set(numbers.findall(seen)) == set(numbers.findall(text))
    for part in ("0.32 ± 0.05", "class 0.4 to 1 mm", "width not measured", "0.16 ± 0.013"):
        assert part in " ".join(text.split())
        assert part in page
    assert "&lt; 0.08 mm wide" in page
    assert page.count('class="bar"') == 2
    assert page.count('class="curve"') == 6
    assert text.count("20 mm") == 0
    assert text.count("100 mm") == 2
