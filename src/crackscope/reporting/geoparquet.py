"""geoparquet/*.parquet: the layers of cracks.gpkg for data frames (GeoParquet 1.1).

A Parquet file with WKB geometries and metadata on their coordinate system. pyarrow (Apache-2.0)
writes the file, pyproj (MIT) the metadata. A file has one coordinate system, so each layer is a
file.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crackscope import extras
from crackscope.reporting import REPORTS, Context
from crackscope.reporting.placed import Layer, crs, layers
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

FOLDER = "geoparquet"
_VERSION, _GEOMETRY = "1.1.0", "geometry"
_PURPOSE = "write GeoParquet files"


@REPORTS.register("geoparquet", needs="pyarrow pyproj", extra="geo")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a file of photos, and a file of cracks for each coordinate system."""
    files = []
    for layer in layers(results, context):
        file = dest / FOLDER / f"{layer.name}.parquet"
        write_atomically(file, geoparquet(layer))
        files.append(file)
    return files


def geoparquet(layer: Layer) -> bytes:
    """The content of a GeoParquet file; a layer without features keeps its column types."""
    arrow = extras.require("pyarrow", "geo", _PURPOSE)
    parquet = extras.require("pyarrow.parquet", "geo", _PURPOSE)
    made = {int: arrow.int64(), float: arrow.float64(), str: arrow.string()}
    kinds = {name: made[kind] for name, kind in layer.columns.items()}
    schema = arrow.schema({_GEOMETRY: arrow.binary(), **kinds})
    rows = [{_GEOMETRY: one.geometry, **one.values} for one in layer.features]
    note = {b"geo": json.dumps(_note(layer), allow_nan=False).encode()}
    table = arrow.Table.from_pylist(rows, schema=schema.with_metadata(note))
    content = arrow.BufferOutputStream()
    parquet.write_table(table, content)
    return bytes(content.getvalue())


def _note(layer: Layer) -> dict[str, Any]:
    """The member "geo" of the file's metadata; an unknown coordinate system is null."""
    known = crs(layer.epsg, _PURPOSE)
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [layer.kind] if layer.features else [],
        "crs": known.to_json_dict() if known else None,
    }
    if layer.box:
        column["bbox"] = list(layer.box)
    return {"version": _VERSION, "primary_column": _GEOMETRY, "columns": {_GEOMETRY: column}}
