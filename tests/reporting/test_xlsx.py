"""report.xlsx, read again by openpyxl: the tables of the other reports, and never a formula."""

import csv
from pathlib import Path
from typing import Any

import pytest

from crackscope.reporting import Context, chosen, xlsx
from crackscope.types import PhotoResult
from support_cracks import cracked
from support_measured import measured
from support_reports import failed, with_place

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")
RESULTS = [
    measured("wall/one.jpg", {"p95": 0.25}, {"p95": 1.4}, {"below": 0.2}),
    with_place(cracked("wall/two é.jpg"), 52.5, 13.4),
    cracked("not\udcffunicode.jpg", lines=False),
    failed("broken.jpg"),
]
CONTEXT = Context("m@1+abc", Path("nowhere"), {"threshold": 0.5, "=made": "=1+1"})
Sheet = list[dict[str, Any]]


def sheets(results: list[PhotoResult], folder: Path) -> dict[str, Sheet]:
    (file,) = chosen("xlsx")[0](results, folder, CONTEXT)
    found = {}
    for sheet in openpyxl.load_workbook(file).worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


def test_the_sheets_are_the_tables_of_csv(tmp_path: Path) -> None:
    found = sheets(RESULTS, tmp_path)
    assert list(found) == ["photos", "cracks", "quantities", "facts"]
    files: list[Path] = []
    for write in chosen("csv,quantities"):
        files += write(RESULTS, tmp_path, CONTEXT)
    for file, name in zip(files, ("photos", "cracks", "quantities"), strict=True):
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines))
        assert len(rows) == len(found[name])
        for row, cells in zip(rows, found[name], strict=True):
            assert list(row) == list(cells)
            for column, text in row.items():
                value = cells[column]
                if isinstance(value, int | float):
                    assert float(text) == pytest.approx(value, rel=1e-6)
                else:
                    assert text == (value or "")
    assert {"fact": "threshold", "value": "0.5"} in found["facts"]


@pytest.mark.parametrize("prefix", ["=", "+", "-", "@", "{=", "http://", "mailto:", "0123", "\t="])
def test_no_text_is_a_formula_a_link_or_a_number(prefix: str, tmp_path: Path) -> None:
    name = f"{prefix}1.jpg"
    (file,) = chosen("xlsx")[0]([cracked(name), failed(name)], tmp_path, CONTEXT)
    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}, "f would be a formula"
    assert not [cell for cell in cells if cell.hyperlink]
    assert book["photos"]["A2"].value.strip() == name.strip()


def test_a_table_that_is_too_long_goes_on_in_another_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "_MOST_ROWS", 4)
    found = sheets(RESULTS, tmp_path)
    assert [name for name in found if name.startswith("cracks")] == ["cracks", "cracks 2"]
    ids = [row["id"] for name in ("cracks", "cracks 2") for row in found[name]]
    assert ids == [3, 1, 2, 3, 1, 2]


def test_a_workbook_without_results_has_its_headings(tmp_path: Path) -> None:
    (file,) = chosen("xlsx")[0]([], tmp_path, CONTEXT)
    book = openpyxl.load_workbook(file)
    assert [sheet["A1"].value for sheet in book.worksheets] == ["path", "path", "folder", "fact"]


def test_the_head_of_a_table_stays_in_view_and_filters_it(tmp_path: Path) -> None:
    (file,) = chosen("xlsx")[0](RESULTS, tmp_path, CONTEXT)
    for sheet in openpyxl.load_workbook(file).worksheets:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(cell.font.bold for cell in sheet[1])
        assert not any(cell.font.bold for cell in sheet[2])
