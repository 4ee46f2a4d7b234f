"""results.csv and cracks.csv (regions.csv of models without lines), for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crackscope.reporting import REPORTS, Context
from crackscope.reporting.rows import found_table, photo_columns, photo_rows
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

RESULTS = "results.csv"

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@REPORTS.register("csv")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """A row a photo in results.csv, a row a crack in cracks.csv, or a region in regions.csv."""
    name, columns, rows = found_table(results)
    photos, found = dest / RESULTS, dest / f"{name}.csv"
    write_atomically(photos, _table(photo_columns(results), photo_rows(results)))
    write_atomically(found, _table(columns, rows))
    return [photos, found]


def _table(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted, as OWASP advises."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
