"""results.csv and cracks.csv (or regions.csv for models without lines), for spreadsheets."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crackscope import tables
from crackscope.reporting import REPORTS, Context
from crackscope.reporting.rows import EXACT, found_table, photo_columns, photo_rows
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

RESULTS = "results.csv"


@REPORTS.register("csv")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write one row per photo in results.csv, and one per crack in cracks.csv (or regions.csv)."""
    name, columns, rows = found_table(results)
    photos, found = dest / RESULTS, dest / f"{name}.csv"
    write_atomically(photos, _table(photo_columns(results), photo_rows(results)))
    write_atomically(found, _table(columns, rows))
    return [photos, found]


def _table(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    return tables.write(columns, ([row[name] for name in columns] for row in rows), EXACT)
