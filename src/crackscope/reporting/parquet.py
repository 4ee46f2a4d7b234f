"""photos.parquet and cracks.parquet (or regions.parquet): the CSV tables with column types."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crackscope import extras
from crackscope.reporting import REPORTS, Context
from crackscope.reporting.names import encodable
from crackscope.reporting.rows import KINDS, found_table, photo_columns, photo_rows
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

PHOTOS = "photos.parquet"


@REPORTS.register("parquet", needs="pyarrow")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write one row per photo in photos.parquet, and one per crack (or region) in a second file."""
    name, columns, rows = found_table(results)
    photos, found = dest / PHOTOS, dest / f"{name}.parquet"
    write_atomically(photos, _table(photo_columns(results), photo_rows(results)))
    write_atomically(found, _table(columns, rows))
    return [photos, found]


def _table(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    """The content of a Parquet file; a table without rows keeps its column types."""
    arrow = extras.require("pyarrow", "parquet", "write Parquet files")
    parquet = extras.require("pyarrow.parquet", "parquet", "write Parquet files")
    made = {int: arrow.int64(), float: arrow.float64(), str: arrow.string()}
    kinds = {name: made[KINDS.get(name, str)] for name in columns}
    values = [{name: _cell(row[name]) for name in columns} for row in rows]
    table = arrow.Table.from_pylist(values, schema=arrow.schema(kinds))
    content = arrow.BufferOutputStream()
    parquet.write_table(table, content)
    return bytes(content.getvalue())


def _cell(value: Any) -> Any:
    return encodable(value) if isinstance(value, str) else value
