"""Number, length and density of cracks by folder and width class."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.reporting import Context, chosen
from crackscope.reporting.measured import Width
from crackscope.reporting.quantities import Quantity, folder_of, quantities
from crackscope.reporting.width_classes import IN_MM, IN_PX, REGION, UNMEASURED, WidthClasses
from crackscope.types import Box, PhotoResult, PhotoScale, Region
from support_cracks import cracked
from support_measured import MM_PER_PX, measured
from support_reports import failed, scored

CONTEXT = Context("m@1+abc", Path("nowhere"))
RESULTS = [
    measured("north/1.jpg", {"p95": 0.25}, {"p95": 0.32}, {"below": 0.2}),
    measured("north/2.jpg", lines=False),
    measured("south/1.jpg", {"p95": 0.2}, {"below": 0.1}, None),
    cracked("south/2.jpg"),
    failed("south/3.jpg"),
]
AREA = 64 * 48 * MM_PER_PX**2 / 1e6
LENGTHS = [crack.length_px * MM_PER_PX / 1000 for crack in RESULTS[0].found]


def found(rows: list[Quantity]) -> dict[tuple[str, str, str], Quantity]:
    return {(row.folder, row.unit, row.width_class): row for row in rows}


def test_lengths_are_summed_by_class_and_divided_by_all_of_the_area() -> None:
    rows = found(quantities(RESULTS, CONTEXT))
    north = rows["north", "mm", "all widths"]
    assert (north.photos, north.cracks) == (2, 3)
    assert north.area_m2 == pytest.approx(2 * AREA), "the sound photo counts"
    assert north.length_m == pytest.approx(sum(LENGTHS))
    assert north.density_m_per_m2 == pytest.approx(sum(LENGTHS) / (2 * AREA))
    assert rows["north", "mm", "0.2 to 0.3 mm"].length_m == pytest.approx(LENGTHS[0])
    assert rows["north", "mm", "0.3 to 0.4 mm"].length_m == pytest.approx(LENGTHS[1])
    assert rows["north", "mm", UNMEASURED].length_m == pytest.approx(LENGTHS[2]), "0.05? 0.15?"
    both = rows["all folders", "mm", "0.2 to 0.3 mm"]
    assert (both.photos, both.cracks) == (3, 2)
    assert both.length_m == pytest.approx(2 * LENGTHS[0])
    assert both.density_m_per_m2 == pytest.approx(2 * LENGTHS[0] / (3 * AREA))
    assert rows["south", "mm", "under 0.1 mm"].length_m == pytest.approx(LENGTHS[1])


def test_photos_without_a_scale_stand_apart_in_pixels() -> None:
    rows = found(quantities(RESULTS, CONTEXT))
    south = rows["south", "px", "all widths"]
    assert (south.photos, south.cracks) == (1, 3)
    assert south.length_px == pytest.approx(sum(crack.length_px for crack in RESULTS[3].found))
    for row in rows.values():
        metres = (row.area_m2, row.length_m, row.density_m_per_m2)
        assert (None in metres) == (row.unit == "px") == (row.length_px is not None)
        assert row.width_class.endswith(f" {row.unit}") or row.width_class.endswith("over") or (
            row.width_class in ("all widths", UNMEASURED)
        )  # fmt: skip


def rows_of(results: list[PhotoResult], folder: Path) -> list[dict[str, str]]:
    (file,) = chosen("quantities")[0](results, folder, CONTEXT)
    with file.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def test_the_table_speaks_of_metres_only_where_there_is_a_scale(tmp_path: Path) -> None:
    first, *_ = rows_of(RESULTS, tmp_path)
    assert (first["folder"], first["unit"], first["width_class"]) == (
        "all folders", "mm", "all widths",
    )  # fmt: skip
    assert float(first["length_m"]) == pytest.approx(2 * sum(LENGTHS), rel=1e-6)
    assert first["length_px"] == ""
    plain = rows_of(RESULTS[3:], tmp_path)
    assert not [name for name in plain[0] if name.endswith(("_m", "_m2", "_mm"))]
    assert rows_of([], tmp_path) == []


def test_regions_have_no_width(tmp_path: Path) -> None:
    rows = rows_of([scored("a/b.jpg")], tmp_path)
    assert {row["width_class"] for row in rows} == {"all widths", "region without a width"}


def test_lengths_that_are_only_in_pixels_are_scaled_by_the_inspection_s_scale() -> None:
    context = replace(CONTEXT, settings={"mm per pixel": "0.5"})
    plain = cracked("a.jpg")
    region = Region(1, Box(0, 0, 10, 20), 0.9, length_px=20.0)
    old = replace(scored("b.jpg"), regions=(region, replace(region, id=2, length_px=None)))
    rows = found(quantities([plain, old], context))
    lines = sum(crack.length_px for crack in plain.found)
    assert rows["all folders", "mm", UNMEASURED].length_m == pytest.approx(lines * 0.5 / 1000)
    assert rows["all folders", "mm", REGION].length_m == pytest.approx(20 * 0.5 / 1000)
    assert found(quantities([old], CONTEXT))[".", "px", REGION].length_px == 20.0


def test_a_folder_named_as_the_sum_is_not_counted_twice() -> None:
    rows = quantities([cracked("all folders/a.jpg")], CONTEXT)
    totals = [row for row in rows if row.width_class == "all widths"]
    assert [row.cracks for row in totals] == [3, 3]


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("a.jpg", "."), ("a/b.jpg", "a"), ("/a.jpg", "/"), ("/x/y/a.jpg", "/x/y"),
        ("s3://bucket/wall/a.jpg", "s3://bucket/wall"),
    ],
)  # fmt: skip
def test_the_folder_is_that_of_the_path(path: str, folder: str) -> None:
    assert folder_of(path) == folder


@given(st.floats(0.001, 50))
def test_every_width_is_in_the_class_that_says_so(width: float) -> None:
    name = IN_MM.name_of(Width(width))
    numbers = [float(word) for word in name.split() if word[0].isdigit()]
    if name.startswith("under"):
        assert width < numbers[0]
    elif name.endswith("over"):
        assert width >= numbers[0]
    else:
        assert numbers[0] <= width < numbers[1]


def test_classes_are_data() -> None:
    own = WidthClasses("mm", (0.15, 0.5))
    assert own.names == ("under 0.15 mm", "0.15 to 0.5 mm", "0.5 mm and over")
    rows = found(quantities(RESULTS, CONTEXT, own))
    assert rows["all folders", "mm", "0.15 to 0.5 mm"].cracks == 3
    assert ("south", "px", "under 2 px") in rows, "pixels keep theirs"
    assert IN_PX.name_of(Width()) == UNMEASURED


def test_the_scale_is_the_photo_s_own_else_the_inspection_s() -> None:
    given_one = replace(CONTEXT, settings={"mm per pixel": "0.5"})
    assert given_one.scale_of(RESULTS[0]) == PhotoScale("marker", MM_PER_PX, 0.004)
    plain = cracked("a.jpg")
    assert given_one.scale_of(plain) == PhotoScale("mm_per_px", 0.5)
    assert replace(CONTEXT, settings={"mm per pixel": "not given"}).scale_of(plain) is None
    assert CONTEXT.scale_of(plain) is None
