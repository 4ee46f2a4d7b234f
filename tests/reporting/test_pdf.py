"""report.pdf, read back: the same figures as in report.html."""

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crackscope.reporting import chosen
from crackscope.reporting.drawing.pdf_curve import draw_curve, draw_legend
from crackscope.reporting.drawing.pdf_plan import draw_plan
from crackscope.reporting.drawing.site_map import plan
from crackscope.types import Box, Crack, Metadata, PhotoResult, Region
from support_cracks import cracked
from support_reports import failed, inspected, scored, with_place

pypdf = pytest.importorskip("pypdf")
colors = pytest.importorskip("reportlab.lib.colors")

REGIONS = tuple(Region(n, Box(n, 2 * n, n + 10, 40), 0.9 - n / 100) for n in range(1, 12))
RESULTS = [
    with_place(replace(scored("many.jpg", 0.91), regions=REGIONS), 52.5, 13.4),
    with_place(scored("doubt & <b>.jpg", 0.444, "unsure"), 52.51, 13.41, 2),
    scored("sound.jpg", 0.123, "no crack"),
    replace(scored("中.jpg", 0.777), material="other"),
    failed("broken.jpg"),
]
CARD = "# Card of m\n\nSome *text* with <b>.\n\n| a | b |\n|---|---|\n| 0.125 | 0.625 |\n\n- item\n"


def pages(results: list[PhotoResult], folder: Path, card: str = CARD) -> list[str]:
    context = replace(inspected(folder, results, card), with_card=True)
    (file,) = chosen("pdf")[0](results, folder, context)
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file.read_bytes())).pages]


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+\.\d+", text))


def test_it_holds_the_numbers_of_the_page(tmp_path: Path) -> None:
    text = "\n".join(pages(RESULTS, tmp_path))
    (file,) = chosen("html")[0](RESULTS, tmp_path, inspected(tmp_path, RESULTS, CARD))
    page = file.read_text(encoding="utf-8").split("</style>")[1].split("<script")[0]
    html = re.sub(r"<svg.*?</svg>|<[^>]*>", " ", page, flags=re.DOTALL)
    places = {"52.500000", "13.400000", "52.510000", "13.410000"}  # of the page alone
    assert numbers(html) - places == numbers(text)
    for row in ("photos\n5", "crack\n2", "unsure\n1", "no crack\n1", "unreadable\n1"):
        assert row in text
        name, count = row.split("\n")
        assert f"<b>{count}</b> {name}" in page


def test_cracks_are_those_of_the_page_each_from_near(tmp_path: Path) -> None:
    many = tuple(
        Crack.of(n, 0.9 - n / 100, [[(n, 4, 1.2), (n + 9, 40, 3)]], 64, 48) for n in range(1, 12)
    )
    results = [
        replace(cracked("many.jpg"), cracks=many),
        cracked("few.jpg", 0.7),
        cracked("none.jpg", 0.1, lines=False),
    ]
    found = pages(results, tmp_path, "")
    text = "\n".join(found)
    (file,) = chosen("html")[0](results, tmp_path, inspected(tmp_path, results))
    page = file.read_text(encoding="utf-8").split("</style>")[1].split("<script")[0]
    assert numbers(re.sub(r"<[^>]*>", " ", page)) == numbers(text)
    assert "cracks found\n14" in text
    assert "<b>14</b> cracks found" in page
    assert "3 more in results.jsonl" in text
    assert "3 more in results.jsonl" in page
    assert page.count('alt="Close-up of crack') == 8 + 3
    assert "region" not in text + page
    reader = pypdf.PdfReader(tmp_path / "report.pdf")
    assert sum(len(page.images) for page in reader.pages) == 1 + 8 + 1 + 3


def test_photos_to_look_at_have_a_page_each_the_worst_first(tmp_path: Path) -> None:
    found = pages(RESULTS, tmp_path)
    titles = [page.splitlines()[1] for page in found]  # the first line is the number
    assert titles == [
        "Photos inspected for cracks: 5", *titles[1:-5],
        "many.jpg", "\\u4e2d.jpg", "doubt & <b>.jpg", "Method",
        "Appendix: model card",
    ]  # fmt: skip
    many = found[-5]
    assert "crack, score 0.910, 64 × 48 px" in many
    assert "3 more in results.jsonl" in many
    reader = pypdf.PdfReader(tmp_path / "report.pdf")
    assert [len(page.images) for page in reader.pages[-5:]] == [1, 1, 1, 0, 0]


def test_it_says_what_failed_and_what_looks_like_something_else(tmp_path: Path) -> None:
    text = "\n".join(pages(RESULTS, tmp_path))
    for part in (
        "Not inspected",
        "broken.jpg",
        "cut <b>off</b>",
        "(not concrete?)",
        "500 m",
        "Card of m",
        "Some text with <b>.",
        "• item",
        "A person must check all unsure photos.",
    ):
        assert part in text


def test_it_says_how_many_photos_are_missing(tmp_path: Path) -> None:
    context = inspected(tmp_path, RESULTS)
    (file,) = chosen("pdf")[0](RESULTS[:3], tmp_path, context)
    text = " ".join(pypdf.PdfReader(file).pages[0].extract_text().split())
    assert "2 of 5 photos are missing" in text


def test_photos_without_a_place_are_left_off_the_map(tmp_path: Path) -> None:
    placeless = replace(scored("scan.jpg"), metadata=Metadata(camera="Camera 1"))
    assert "Photo locations" in "\n".join(pages([RESULTS[0], placeless], tmp_path))
    assert "Photo locations" not in "\n".join(pages([placeless], tmp_path))


def test_marks_on_the_map_lie_where_their_photos_do() -> None:
    site = plan([(52.5, 13.4), (52.51, 13.41), (52.505, 13.42)])
    verdicts = ["crack", "unsure", "no crack"]
    drawing = draw_plan(site, verdicts, 500)
    frame, *shapes = drawing.contents
    assert frame.getBounds() == (0, 0, drawing.width, drawing.height)
    for shape in shapes:
        x0, y0, x1, y1 = shape.getBounds()
        assert 0 <= x0 <= x1 <= drawing.width == 500
        assert 0 <= y0 <= y1 <= drawing.height
    filled = [shape for shape in shapes if getattr(shape, "strokeColor", None) == colors.white]
    placed, keys = filled[:3], filled[3:]
    scale = 500 / site.width
    for mark, key, (x, y) in zip(reversed(placed), keys, site.points, strict=True):
        assert (type(mark), mark.fillColor) == (type(key), key.fillColor)
        assert middle_of(mark) == pytest.approx((x * scale, drawing.height - y * scale))
    assert len({(type(key), key.fillColor.hexval()) for key in keys}) == 3
    words = {shape.text: shape for shape in shapes if hasattr(shape, "text")}
    assert {*verdicts, "N", site.label} == words.keys()
    for key, verdict in zip(keys, verdicts, strict=True):
        assert key.getBounds()[2] < words[verdict].x < key.getBounds()[2] + 8
    bar, shaft = (shape for shape in shapes if type(shape).__name__ == "PolyLine")
    assert bar.getBounds()[2] - bar.getBounds()[0] == pytest.approx(site.bar * scale)
    (tip,) = (
        shape for shape in shapes if type(shape).__name__ == "Polygon" and shape not in filled
    )
    assert tip.getBounds()[3] > shaft.getBounds()[3] > words["N"].y + 8, "north is up"


def middle_of(shape: Any) -> tuple[float, float]:
    x0, y0, x1, y1 = shape.getBounds()
    return (x0 + x1) / 2, (y0 + y1) / 2


@pytest.mark.parametrize("shade", [None, "#9c2a00"])
def test_a_profile_fills_its_frame_and_has_the_colour_of_its_class(shade: str | None) -> None:
    crack = Crack.of(1, 0.9, [[(10, 10, 1), (10, 20, 4), (10, 30, 2)]], 100, 100)
    frame, curve, *chips = draw_curve(crack, 150, shade).contents
    assert curve.points == [0, 6, 75, 24, 150, 12], "widths from zero to nearly its height of 26"
    assert [chip.fillColor.hexval() for chip in chips] == ([] if shade is None else ["0x9c2a00"])
    for chip in chips:
        x0, y0, x1, y1 = chip.getBounds()
        assert 0 < x0 < x1 < frame.width
        assert 0 < y0 < y1 < frame.height


def test_classes_stand_side_by_side_in_their_colours() -> None:
    classes = [("under 0.1 mm", "#000011"), ("0.1 to 0.2 mm", "#000022"), ("wide", "#000033")]
    shapes = draw_legend(classes, 300).contents
    for (name, shade), chip, text in zip(classes, shapes[::2], shapes[1::2], strict=True):
        assert (chip.fillColor.hexval(), text.text) == (shade.replace("#", "0x"), name)
        assert chip.getBounds()[2] < text.x < chip.getBounds()[2] + 8
    ends = [bound for text in shapes[1::2] for bound in text.getBounds()[::2]]
    assert ends == sorted(ends), "no name on another"


def test_the_card_is_left_out_and_the_report_says_where_it_is(tmp_path: Path) -> None:
    context = inspected(tmp_path, RESULTS, CARD)
    (file,) = chosen("pdf")[0](RESULTS, tmp_path, context)
    found = [page.extract_text() for page in pypdf.PdfReader(file).pages]
    assert not any("Card of m" in page for page in found)
    assert "the appendix of report.html" in " ".join(found[-1].split())
    assert "--card" in found[-1]
    (page,) = chosen("html")[0](RESULTS, tmp_path, context)
    assert '<details class="card">' in page.read_text(encoding="utf-8")


def test_missing_pictures_and_an_empty_folder_are_no_fault(tmp_path: Path) -> None:
    context = inspected(tmp_path, RESULTS)
    (tmp_path / context.overlays["many.jpg"]).write_bytes(b"damaged")
    (tmp_path / context.overlays["中.jpg"]).unlink()
    (file,) = chosen("pdf")[0](RESULTS, tmp_path, context)
    images = [len(page.images) for page in pypdf.PdfReader(file).pages]
    assert sum(images) == 1
    assert "Photos inspected for cracks: 0" in pages([], tmp_path, "")[0]
