"""Columns follow from the fields of the types; sizes in mm are in every table and report."""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crackscope
from crackscope.reporting import REPORTS, rows
from crackscope.reporting.rows import (
    columns_of,
    found_table,
    in_mm,
    known,
    metric,
    sizes,
    values_of,
)
from crackscope.types import (
    Below,
    Box,
    Crack,
    Georeference,
    Metadata,
    PhotoResult,
    PhotoScale,
    Region,
    WidthsMm,
)
from crackscope.types.columns import columns
from crackscope.types.fields import Document, Mark
from support_found import crack
from support_reports import inspected, scored

REGION = Region(1, Box(0, 0, 10, 20), 0.9, (), 0.8, 200, 30.0)
PLACE = Metadata(None, 48.0, 11.0, georeference=Georeference(4326, (1e-6, 0, 11, 0, -1e-6, 48)))


def results(kind: str, mm: float | None) -> list[PhotoResult]:
    """A cracked photo of 64 x 48 px, one that is not, with sizes in mm where `mm` is given."""
    found = REGION if kind == "regions" else crack((1, 5), (15, 5))
    found = found if mm is None else found.in_mm(mm)
    scale = None if mm is None else PhotoScale("mm_per_px", mm)
    cracked, sound = scored("a.jpg"), scored("b.jpg", 0.1, "no crack")
    cracked = replace(cracked, regions=(), metadata=PLACE, scale=scale)
    if kind == "regions":
        return [replace(cracked, regions=(found,)), sound]
    return [replace(cracked, cracks=(found,)), replace(sound, cracks=())]


def texts(files: list[Path]) -> str:
    """All that the files of a report say."""
    said = []
    for file in files:
        if file.suffix == ".parquet":
            parquet = pytest.importorskip("pyarrow.parquet")
            said.append(json.dumps(parquet.read_table(file).to_pylist(), default=str))
        elif file.suffix == ".gpkg":
            with closing(sqlite3.connect(file)) as database:
                said += database.iterdump()
        elif file.suffix == ".xlsx":
            openpyxl = pytest.importorskip("openpyxl")
            sheets = openpyxl.load_workbook(file).worksheets
            said += [str(row) for sheet in sheets for row in sheet.iter_rows(values_only=True)]
        elif file.suffix == ".jpg":
            continue
        elif file.suffix == ".pdf":
            pypdf = pytest.importorskip("pypdf")
            said += [page.extract_text() for page in pypdf.PdfReader(file).pages]
        else:
            said.append(file.read_text(encoding="utf-8"))
    return "\n".join(said)


WIDTHS = WidthsMm(0.3, 0.05, 0.4, 0.06, 0.5, 0.07)
WIDTH_COLUMNS = (
    "width_mm_median", "width_mm_median_u95", "width_mm_p95", "width_mm_p95_u95", "width_mm_max",
    "width_mm_max_u95", "width_mm_below",
)  # fmt: skip
WITH_SIZES = (
    *("csv", "html", "pdf", "geojson", "coco", "label-studio", "cvat", "parquet"),
    *("svg", "dxf", "geopackage", "geoparquet", "xlsx"),
)
"""All but the index of pictures, YOLO, whose format has no room for them, and their sums."""


def needed(name: str) -> None:
    """Skip where a package of the format is missing."""
    for package in REPORTS.needs(name).split():
        pytest.importorskip(package)


def test_every_format_is_known_to_this_test() -> None:
    assert {*WITH_SIZES, "index", "yolo", "quantities"} == set(REPORTS.names())


@pytest.mark.parametrize("kind", ["cracks", "regions"])
@pytest.mark.parametrize("name", WITH_SIZES)
def test_sizes_in_mm_are_in_every_table_and_report(tmp_path: Path, name: str, kind: str) -> None:
    if kind == "regions" and name in ("geojson", "geopackage", "geoparquet"):
        pytest.skip("regions have no place on a map: their number is in the layer of photos")
    needed(name)
    found = results(kind, 0.31)
    context = inspected(tmp_path, found)
    said = texts(REPORTS.get(name)(found, tmp_path / "out", context))
    length = {"cracks": 14 * 0.31, "regions": 30 * 0.31}[kind]
    assert re.search(rf"{length:.2f}", said) or re.search(rf"{length:.3g}", said)
    if kind == "regions":
        assert f"{200 * 0.31**2:.2f}" in said, "its area"
    plain = texts(REPORTS.get(name)(results(kind, None), tmp_path / "plain", context))
    words = re.sub(r"focal_length_mm|in mm where", "", plain)
    assert not re.search(r"_mm\b|_mm2|\(mm|\d mm\b", words), "no key without a scale"


@pytest.mark.parametrize("name", ["csv", "html", "pdf", "parquet", "xlsx"])
def test_a_remark_on_a_photo_is_in_every_table_and_report(tmp_path: Path, name: str) -> None:
    needed(name)
    marked, plain = results("cracks", None)
    found = [replace(marked, remark="28 whole rows at the end are black"), plain]
    files = REPORTS.get(name)(found, tmp_path / "out", inspected(tmp_path, found))
    assert texts(files).count("28 whole rows at the end are black") == 1


@pytest.mark.parametrize("kind", [Region, Crack])
def test_every_field_but_the_shape_is_a_column(kind: type) -> None:
    names = {field.name for field in fields(kind)} - {
        "box",
        "outline",
        "lines",
        "width_px",
        "width_mm",
        "profile_mm",
    }
    columns = set(columns_of(kind))
    assert names <= columns
    assert {"x0", "y0", "x1", "y1"} <= columns
    if kind is Crack:
        assert {"branches", "width_px_median", "width_px_p95", "width_px_max"} <= columns


@dataclass(frozen=True)
class Sized(Document):
    """A type that nobody has written a column for."""

    id: int
    label: str | None = None
    depth_mm: float | None = None
    volume_px: int | None = None
    tilt: Annotated[float | None, Mark.MEASURED] = None
    width_mm: WidthsMm | Below | None = None
    focal_length_mm: Annotated[float | None, Mark.OF_CAMERA] = None


def test_a_new_field_is_a_column_everywhere_by_itself() -> None:
    thing, bare = Sized(1, "x", 2.5, 7, 0.5, WIDTHS, 24.0), Sized(2)
    found = columns_of(Sized)
    assert {name: column.kind for name, column in found.items()} == {
        "id": int, "label": str, "depth_mm": float, "volume_px": int, "tilt": float,
        **dict.fromkeys(WIDTH_COLUMNS, float), "focal_length_mm": float,
    }  # fmt: skip
    assert values_of(bare) == {**dict.fromkeys(found), "id": 2}
    plain = ["id", "label", "volume_px", "focal_length_mm"]
    assert known(found, [values_of(bare)]) == plain
    assert known(found, [values_of(bare), {"width_mm_below": 0.1}]) == [
        *plain[:3], "width_mm_below", plain[3]
    ]  # fmt: skip
    assert metric([thing, bare]) == {
        "depth (mm)": ["2.5", "–"], "tilt": ["0.5", "–"], "width median (mm)": ["0.3 ± 0.05", "–"],
        "width p95 (mm)": ["0.4 ± 0.06", "–"], "width max (mm)": ["0.5 ± 0.07", "–"],
    }  # fmt: skip
    assert metric([bare, Sized(3)]) == metric([]) == {}
    assert set(sizes(thing)) == {"depth_mm", "volume_px", "tilt", *WIDTH_COLUMNS[:6]}
    assert in_mm(Sized(1, depth_mm=1234.56)).startswith("1235 mm")
    assert in_mm(Sized(1, width_mm=Below(0.08))) == "< 0.08 mm wide (median)"
    for each in (thing, bare, Sized(1, width_mm=Below(0.08))):
        assert Sized.from_dict(json.loads(json.dumps(each.to_dict()))) == each
    assert bare.to_dict() == {"id": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Graded(Crack):
    """A crack with a field of next year."""

    grade: Annotated[str | None, Mark.MEASURED] = None


@pytest.mark.parametrize("name", WITH_SIZES)
def test_a_field_that_is_added_to_a_crack_is_in_every_table_and_report(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed(name)
    for module in ("rows", "placed"):  # as if the type itself had the field
        monkeypatch.setattr(f"crackscope.reporting.{module}.Crack", Graded)
    for column in columns(Graded):
        monkeypatch.setitem(rows.KINDS, column.name, column.kind)
    cracked, sound = measured()
    (plain,) = cracked.cracks or ()
    own = {field.name: getattr(plain, field.name) for field in fields(Crack) if field.init}
    found = [replace(cracked, cracks=(Graded(**own, grade="between B and C"),)), sound]
    context = inspected(tmp_path, found)
    said = texts(REPORTS.get(name)(found, tmp_path / "out", context))
    assert "between B and C" in re.sub(r"\s+", " ", said)
    assert '"grade": "between B and C"' in json.dumps(found[0].to_dict())


def measured(width: WidthsMm | Below | None = None) -> list[PhotoResult]:
    """A photo with a scale, whose crack was measured in full, and one without cracks."""
    cracked, sound = results("cracks", 0.31)
    (plain,) = cracked.cracks or ()
    sizes = {"length_u95_mm": 0.21, "width_mm": width or WIDTHS, "measured": 0.875}
    whole = replace(plain, **sizes, standard_class="CS1 or CS2")
    scale = PhotoScale("marker", 0.31, 0.0043)
    return [replace(cracked, cracks=(whole,), scale=scale), sound]


@pytest.mark.parametrize("name", WITH_SIZES)
def test_all_that_was_measured_is_in_every_table_and_report(tmp_path: Path, name: str) -> None:
    needed(name)
    for width, figures in ((WIDTHS, ("0.3", "0.05", "0.4", "0.06")), (Below(0.0875), ("0.0875",))):
        found = measured(width)
        context = inspected(tmp_path / str(len(figures)), found)
        said = texts(REPORTS.get(name)(found, tmp_path / f"out{len(figures)}", context))
        for figure in ("4.34", "0.21", "0.875", *figures):
            assert figure in said, figure
        assert "CS1 or CS2" in re.sub(r"\s+", " ", said)
        assert "'CS1 or CS2'\"" not in said


@pytest.mark.parametrize("name", ["csv", "geojson", "coco", "parquet"])
def test_the_scale_of_a_photo_is_in_every_table(tmp_path: Path, name: str) -> None:
    needed(name)
    for found, there in ((measured(), True), (results("cracks", None), False)):
        context = inspected(tmp_path / str(there), found)
        said = texts(REPORTS.get(name)(found, tmp_path / f"out{there}", context))
        names = ("scale_source", "scale_mm_per_px", "scale_u95")
        assert [word in said for word in (*names, "marker", "0.0043")] == [there] * 5


@given(st.floats(0.001, 1000), st.floats(1, 1000))
def test_sizes_in_mm_are_those_in_pixels_times_the_scale(mm: float, length: float) -> None:
    line = crack((1, 5), (1 + length, 5))
    assert line.in_mm(mm).length_mm == pytest.approx(line.length_px * mm)
    assert Crack.from_dict(line.in_mm(mm).to_dict()) == line.in_mm(mm)
    assert line.in_mm(mm) != line
    assert "length_mm" not in line.to_dict()
    region = replace(REGION, length_px=length).in_mm(mm)
    assert (region.length_mm, region.area_mm2) == (length * mm, 200 * mm**2)


def test_a_table_without_anything_found_has_its_columns() -> None:
    name, names, found = found_table([replace(scored("a", 0.1, "no crack"), cracks=())])
    assert (name, found) == ("cracks", [])
    assert {"path", "id", "score", "length_px"} <= set(names)
    assert not [name for name in names if "_mm" in name]


def test_an_inspection_with_lines_measures_cracks(lines_bundle: Path, tmp_path: Path) -> None:
    pixels = np.full((300, 400, 3), 200, np.uint8)
    pixels[148:152, 40:360] = 20
    outcome = crackscope.inspect(pixels, model=lines_bundle, out=tmp_path / "o", mm_per_px=0.5)
    (line,) = outcome.data
    assert line["cracks"]
    for found in line["cracks"]:
        assert found["length_mm"] == pytest.approx(found["length_px"] * 0.5, rel=0.02)
        assert found["length_u95_mm"] > 0
        assert 0 < found["measured"] <= 1
    with (tmp_path / "o" / "cracks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    assert [float(row["length_mm"]) for row in rows] == pytest.approx(
        [found["length_mm"] for found in line["cracks"]], rel=1e-6
    )
