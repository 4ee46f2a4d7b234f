"""report.xlsx: photos, cracks, quantities and settings, one sheet each.

Texts are stored as strings: no cell is a formula or a link.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crackscope import extras
from crackscope.reporting import REPORTS, Context
from crackscope.reporting.names import encodable
from crackscope.reporting.quantities import table
from crackscope.reporting.rows import found_table, photo_columns, photo_rows
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

FILE = "report.xlsx"
_MOST_ROWS = 1_048_575
"""Excel's limit of rows per sheet, without the heading."""
_TEXTS_ARE_TEXTS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A fixed time, so that equal results give equal files."""
_WIDTHS = {"path": 40, "folder": 40, "value": 60, "fact": 40}
_OTHER_WIDTH = 14
"""Width of a column, in characters."""
Rows = Sequence[Mapping[str, Any]]


@REPORTS.register("xlsx", needs="xlsxwriter", extra="excel")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write the tables of results.csv, cracks.csv (regions.csv) and quantities.csv, and facts."""
    write_atomically(dest / FILE, workbook(sheets(results, context)))
    return [dest / FILE]


def sheets(
    results: Sequence[PhotoResult], context: Context
) -> Iterator[tuple[str, Sequence[str], Rows]]:
    """Name, columns and rows of each sheet."""
    yield "photos", photo_columns(results), list(photo_rows(results))
    yield found_table(results)
    yield ("quantities", *table(results, context))
    facts = [{"fact": name, "value": value} for name, value in context.facts()]
    yield "facts", ("fact", "value"), facts


def workbook(tables: Iterator[tuple[str, Sequence[str], Rows]]) -> bytes:
    """The content of an Excel file; a table that is too long continues in a sheet "NAME 2"."""
    xlsxwriter = extras.require("xlsxwriter", "excel", "write Excel files")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _TEXTS_ARE_TEXTS) as book:
        book.set_properties({"title": "Cracks detected by crackscope", "created": _MADE})
        bold = book.add_format({"bold": True})
        for name, columns, rows in tables:
            for number, start in enumerate(range(0, max(len(rows), 1), _MOST_ROWS), start=1):
                sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
                _fill(sheet, columns, rows[start : start + _MOST_ROWS], bold)
    return content.getvalue()


def _fill(sheet: Any, columns: Sequence[str], rows: Rows, bold: Any) -> None:
    for number, name in enumerate(columns):
        sheet.set_column(number, number, _WIDTHS.get(name, _OTHER_WIDTH))
        sheet.write_string(0, number, name, bold)
    for line, row in enumerate(rows, start=1):
        for number, name in enumerate(columns):
            _put(sheet, line, number, row[name])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)


def _put(sheet: Any, line: int, column: int, value: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(line, column, encodable(value))
    elif value is not None:
        sheet.write_number(line, column, value)
