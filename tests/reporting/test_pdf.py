"""report.pdf, read back: the same figures as in report.html."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from crackscope.reporting import chosen
from crackscope.types import Box, PhotoResult, Region
from support_reports import failed, inspected, scored, with_place

pypdf = pytest.importorskip("pypdf")
pytest.importorskip("reportlab")

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
    (file,) = chosen("pdf")[0](results, folder, inspected(folder, results, card))
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
    for row in ("photos\n5", "crack\n2", "unsure\n1", "no crack\n1", "could not be read\n1"):
        assert row in text
        name, count = row.split("\n")
        assert f"<b>{count}</b> {name}" in page


def test_photos_to_look_at_have_a_page_each_the_worst_first(tmp_path: Path) -> None:
    found = pages(RESULTS, tmp_path)
    titles = [page.splitlines()[1] for page in found]  # the first line is the number
    assert titles == [
        "Photos inspected for cracks: 5", *titles[1:-4],
        "many.jpg", "\\u4e2d.jpg", "doubt & <b>.jpg", "The model",
    ]  # fmt: skip
    many = found[-4]
    assert "crack, score 0.910, 64 × 48 px" in many
    assert "and 3 more in results.jsonl" in many
    reader = pypdf.PdfReader(tmp_path / "report.pdf")
    assert [len(page.images) for page in reader.pages[-4:]] == [1, 1, 1, 0]


def test_it_says_what_failed_and_what_looks_like_something_else(tmp_path: Path) -> None:
    text = "\n".join(pages(RESULTS, tmp_path))
    for part in (
        "Not inspected",
        "broken.jpg",
        "cut <b>off</b>",
        "(no concrete?)",
        "500 m",
        "Card of m",
    ):
        assert part in text


def test_missing_pictures_and_an_empty_folder_are_no_fault(tmp_path: Path) -> None:
    context = inspected(tmp_path, RESULTS)
    (tmp_path / context.overlays["many.jpg"]).write_bytes(b"damaged")
    (tmp_path / context.overlays["中.jpg"]).unlink()
    (file,) = chosen("pdf")[0](RESULTS, tmp_path, context)
    images = [len(page.images) for page in pypdf.PdfReader(file).pages]
    assert sum(images) == 1
    assert "Photos inspected for cracks: 0" in pages([], tmp_path, "")[0]
