"""results.csv and regions.csv, for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crackscope.reporting import REPORTS, Context
from crackscope.reporting.rows import PHOTO_COLUMNS, REGION_COLUMNS, photo_rows, region_rows
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

RESULTS, REGIONS = "results.csv", "regions.csv"

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@REPORTS.register("csv")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """A row a photo in results.csv, a row a region in regions.csv."""
    photos, regions = dest / RESULTS, dest / REGIONS
    write_atomically(photos, _table(PHOTO_COLUMNS, photo_rows(results)))
    write_atomically(regions, _table(REGION_COLUMNS, region_rows(results)))
    return [photos, regions]


def _table(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted, as OWASP advises."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
