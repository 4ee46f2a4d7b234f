"""cracks.gpkg: cracks and photos for GIS, in one GeoPackage (OGC 12-128r18, version 1.3).

A GeoPackage is an SQLite database with tables that the standard names, so the standard library
writes it; pyproj, MIT, says what a coordinate system is. GDAL would bring 30 times as much.
"""

import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from crackscope.reporting import REPORTS, Context
from crackscope.reporting.placed import WGS_84, Feature, Layer, crs, layers
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

FILE = "cracks.gpkg"
_APPLICATION, _VERSION = 0x47504B47, 10300
"""\"GPKG\" and 1.3.0, in the header of the database."""
_ID, _GEOMETRY = "fid", "geom"
_SQL = {int: "INTEGER", float: "DOUBLE", str: "TEXT"}
_CHANGED = "1970-01-01T00:00:00.000Z"
"""The standard wants a time; the same results make the same file."""
_UNDEFINED = "undefined"
_WITH_BOX = 0b0011
"""Flags of a geometry: little-endian, its box before it."""
_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL
  DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,
  max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""
_ANY_SYSTEM = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, _UNDEFINED, None),
    ("Undefined geographic SRS", 0, "NONE", 0, _UNDEFINED, None),
)
"""Every GeoPackage lists them."""


@REPORTS.register("geopackage", needs="pyproj", extra="geo")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """A layer of photos, and one of cracks for each coordinate system."""
    write_atomically(dest / FILE, geopackage(layers(results, context)))
    return [dest / FILE]


def geopackage(tables: Sequence[Layer]) -> bytes:
    """The content of a GeoPackage with these layers."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {_VERSION}")
        database.executescript(_TABLES)
        codes = dict.fromkeys((WGS_84, *(layer.epsg for layer in tables)))
        systems = [*_ANY_SYSTEM, *map(_system, codes)]
        _insert(database, "gpkg_spatial_ref_sys", systems)
        for layer in tables:
            _add(database, layer)
        database.commit()
        return database.serialize()


def _system(epsg: int) -> tuple[Any, ...]:
    """A row of the table of coordinate systems; of an unknown code only that."""
    known = crs(epsg, "write a GeoPackage")
    name = known.name if known else f"EPSG:{epsg}"
    definition = known.to_wkt("WKT1_GDAL") if known else _UNDEFINED
    return (name, epsg, "EPSG", epsg, definition, None)


def _add(database: sqlite3.Connection, layer: Layer) -> None:
    columns = "".join(f', "{name}" {_SQL[kind]}' for name, kind in layer.columns.items())
    geometry = f"{_GEOMETRY} {layer.kind.upper()}"
    key = f"{_ID} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
    database.execute(f'CREATE TABLE "{layer.name}" ({key}, {geometry}{columns})')
    about = (layer.name, "features", layer.name, "", _CHANGED)
    box = layer.box or (None, None, None, None)
    _insert(database, "gpkg_contents", [(*about, *box, layer.epsg)])
    place = (layer.name, _GEOMETRY, layer.kind.upper(), layer.epsg, 0, 0)
    _insert(database, "gpkg_geometry_columns", [place])
    rows = [
        (None, _blob(one, layer), *map(one.values.get, layer.columns)) for one in layer.features
    ]
    _insert(database, layer.name, rows)


def _insert(database: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)


def _blob(feature: Feature, layer: Layer) -> bytes:
    x0, y0, x1, y1 = feature.box
    head = struct.pack("<2sBBi4d", b"GP", 0, _WITH_BOX, layer.epsg, x0, x1, y0, y1)
    return head + feature.geometry
