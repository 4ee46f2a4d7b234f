"""results.csv and regions.csv, for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from crackscope.reporting import REPORTS, Context
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

RESULTS, REGIONS = "results.csv", "regions.csv"

_SCALARS = ("path", "status", "verdict", "score", "threshold", "width", "height")
_RESULT_COLUMNS = (
    *_SCALARS,
    "regions",
    "model",
    "seconds",
    "error_kind",
    "error_message",
    "surface",
)
_REGION_COLUMNS = ("path", "id", "x0", "y0", "x1", "y1", "score")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@REPORTS.register("csv")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """A row a photo in results.csv, a row a region in regions.csv."""
    photos, regions = dest / RESULTS, dest / REGIONS
    write_atomically(photos, _table(_RESULT_COLUMNS, map(_result_row, results)))
    write_atomically(regions, _table(_REGION_COLUMNS, _region_rows(results)))
    return [photos, regions]


def _result_row(result: PhotoResult) -> dict[str, Any]:
    values = result.to_dict()
    row = {name: values.get(name) for name in _RESULT_COLUMNS}
    if result.error is None:
        row["regions"] = len(result.regions)
    else:
        row |= {"error_kind": result.error.kind, "error_message": result.error.message}
    return row


def _region_rows(results: Iterable[PhotoResult]) -> Iterator[dict[str, Any]]:
    for result in results:
        for region in result.regions:
            values = (result.path, region.id, *region.box.to_list(), region.score)
            yield dict(zip(_REGION_COLUMNS, values, strict=True))


def _table(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is quoted, as OWASP advises."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
