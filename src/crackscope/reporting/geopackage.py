"""cracks.gpkg: cracks and photos for GIS, in one GeoPackage (OGC 12-128r18, version 1.3).

A GeoPackage is an SQLite database with tables defined by the standard, so the standard library
writes it. pyproj (MIT) provides the coordinate systems, at a third of the size of GDAL.
"""

import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from crackscope import extras
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
"""The standard requires a time; a fixed one makes equal results give equal files."""
_PURPOSE = "write a GeoPackage"
_ANY, _UNDEFINED = -1, "undefined"
"""Entry for an unknown coordinate system; the name of the layer contains its code."""
_WITH_BOX = 0b0011
"""Flags of a geometry: little-endian, preceded by its box."""
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
    ("Undefined Cartesian SRS", _ANY, "NONE", _ANY, _UNDEFINED, None),
    ("Undefined geographic SRS", 0, "NONE", 0, _UNDEFINED, None),
)
"""Entries that every GeoPackage must have."""


@REPORTS.register("geopackage", needs="pyproj", extra="geo")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a layer of photos, and a layer of cracks for each coordinate system."""
    write_atomically(dest / FILE, geopackage(layers(results, context)))
    return [dest / FILE]


def geopackage(tables: Sequence[Layer]) -> bytes:
    """The content of a GeoPackage with these layers."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {_VERSION}")
        database.executescript(_TABLES)
        codes = dict.fromkeys((WGS_84, *(layer.epsg for layer in tables)))
        systems = {code: known for code in codes if (known := crs(code, _PURPOSE)) is not None}
        rows = [_system(code, known) for code, known in systems.items()]
        _insert(database, "gpkg_spatial_ref_sys", [*_ANY_SYSTEM, *rows])
        for layer in tables:
            _add(database, layer, layer.epsg if layer.epsg in systems else _ANY)
        database.commit()
        return database.serialize()


def _system(epsg: int, known: Any) -> tuple[Any, ...]:
    """A row of the table of coordinate systems."""
    return (known.name, epsg, "EPSG", epsg, _definition(known), None)


def _definition(known: Any) -> str:
    """The definition as WKT 1, as the standard requires.

    About 50 EPSG systems, such as the later Krovak, can be written as WKT 2 only.
    """
    pyproj = extras.require("pyproj", "geo", _PURPOSE)
    try:
        return str(known.to_wkt("WKT1_GDAL"))
    except pyproj.exceptions.CRSError:
        return str(known.to_wkt())


def _add(database: sqlite3.Connection, layer: Layer, system: int) -> None:
    columns = "".join(f', "{name}" {_SQL[kind]}' for name, kind in layer.columns.items())
    geometry = f"{_GEOMETRY} {layer.kind.upper()}"
    key = f"{_ID} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
    database.execute(f'CREATE TABLE "{layer.name}" ({key}, {geometry}{columns})')
    about = (layer.name, "features", layer.name, "", _CHANGED)
    box = layer.box or (None, None, None, None)
    _insert(database, "gpkg_contents", [(*about, *box, system)])
    place = (layer.name, _GEOMETRY, layer.kind.upper(), system, 0, 0)
    _insert(database, "gpkg_geometry_columns", [place])
    rows = [
        (None, _blob(one, system), *map(one.values.get, layer.columns)) for one in layer.features
    ]
    _insert(database, layer.name, rows)


def _insert(database: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)


def _blob(feature: Feature, system: int) -> bytes:
    x0, y0, x1, y1 = feature.box
    head = struct.pack("<2sBBi4d", b"GP", 0, _WITH_BOX, system, x0, x1, y0, y1)
    return head + feature.geometry
