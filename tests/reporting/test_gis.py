"""GeoPackage and GeoParquet, read again by GDAL, pyproj and a reader of WKB written here."""

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from crackscope.reporting import Context, chosen
from crackscope.types import Georeference, PhotoResult
from support_cracks import UTM, WGS, cracked, on_map
from support_measured import measured
from support_reports import failed, scored, with_place

pytest.importorskip("pyproj")
NOWHERE = Georeference(1, (2.0, 0.0, 10.0, 0.0, -2.0, 20.0))
"""No coordinate system has the code 1."""
RESULTS = [
    with_place(cracked("a/one.jpg"), 52.5, 13.4),
    with_place(scored("not\udcffunicode.jpg", 0.1, "no crack"), -33.9, 18.4),
    failed("broken.jpg"),
    on_map(cracked("utm.tif", 0.7), UTM),
    on_map(measured("utm é.tif", {"p95": 0.35}, {"below": 0.1}, None), UTM),
    on_map(cracked("wgs.tif", 0.5), WGS),
    on_map(cracked("nowhere.tif", 0.5), NOWHERE),
    on_map(cracked("sound.tif", 0.1, lines=False), UTM),
]
SYSTEMS = {"cracks_epsg_25832": UTM, "cracks_epsg_4326": WGS, "cracks_epsg_1": NOWHERE}
ON_MAP = {
    name: [r for r in RESULTS if r.metadata and r.metadata.georeference == georeference]
    for name, georeference in SYSTEMS.items()
}


def written(name: str, folder: Path, results: list[PhotoResult] = RESULTS) -> list[Path]:
    return chosen(name)[0](results, folder, Context("m@1+abc", folder))


def decoded(content: bytes) -> list[np.ndarray]:
    """The lines of a MultiLineString, or a point as a line of one place."""
    order, kind = struct.unpack_from("<BI", content)
    assert order == 1
    if kind == 1:
        return [np.array([struct.unpack_from("<2d", content, 5)])]
    assert kind == 5
    (count,) = struct.unpack_from("<I", content, 5)
    at, lines = 9, []
    for _ in range(count):
        order, kind, points = struct.unpack_from("<BII", content, at)
        assert (order, kind) == (1, 2)
        lines.append(np.frombuffer(content, "<f8", 2 * points, at + 9).reshape(-1, 2))
        at += 9 + 16 * points
    assert at == len(content)
    return lines


def check_lines(name: str, rows: list[dict[str, Any]], shapes: list[bytes]) -> None:
    """Each crack lies where its GeoTIFF says, and has its own values."""
    a, _, c, _, e, f = SYSTEMS[name].transform
    cracks = [(result, crack) for result in ON_MAP[name] for crack in result.cracks or ()]
    for row, shape, (result, crack) in zip(rows, shapes, cracks, strict=True):
        assert (row["path"], row["id"], row["score"]) == (result.path, crack.id, crack.score)
        assert row["length_px"] == crack.length_px
        for placed, line in zip(decoded(shape), crack.lines, strict=True):
            back = (placed - (c, f)) / (a, e)
            assert back == pytest.approx(line[:, :2], abs=0.02)


def test_geopackage_is_read_by_gdal_in_the_system_of_each_geotiff(tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    (file,) = written("geopackage", tmp_path)
    kinds = dict(pyogrio.list_layers(file).tolist())
    assert kinds == {"photos": "Point", **dict.fromkeys(SYSTEMS, "MultiLineString")}
    for name, georeference in SYSTEMS.items():
        about, _, shapes, values = pyogrio.raw.read(file, layer=name)
        if georeference is NOWHERE:
            assert "Undefined Cartesian" in about["crs"]
        else:
            assert about["crs"] == f"EPSG:{georeference.epsg}"
        rows = [dict(zip(about["fields"], row, strict=True)) for row in zip(*values, strict=True)]
        check_lines(name, rows, list(shapes))
    about, _, shapes, values = pyogrio.raw.read(file, layer="photos")
    assert about["crs"] == "EPSG:4326"
    assert [decoded(shape)[0].tolist() for shape in shapes] == [[[13.4, 52.5]], [[18.4, -33.9]]]
    paths = values[list(about["fields"]).index("path")]
    assert list(paths) == ["a/one.jpg", "not\\udcffunicode.jpg"]


def test_gdal_finds_the_classes_and_only_known_sizes(tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    (file,) = written("geopackage", tmp_path)
    about, _, _, values = pyogrio.raw.read(file, layer="cracks_epsg_25832")
    classes = values[list(about["fields"]).index("width_class")]
    assert list(classes) == [
        "2 to 4 px", "under 2 px", "8 to 16 px",
        "0.3 to 0.4 mm", "under 0.1 mm", "width not measured",
    ]  # fmt: skip
    assert "length_mm" in about["fields"]
    about = pyogrio.read_info(file, layer="cracks_epsg_4326")
    assert not [name for name in about["fields"] if name.endswith("_mm")]
    assert tuple(about["total_bounds"]) == pytest.approx((13.4, 52.5, 13.4, 52.5), abs=1e-5)


def test_geopackage_has_the_tables_of_the_standard(tmp_path: Path) -> None:
    (file,) = written("geopackage", tmp_path)
    with closing(sqlite3.connect(file)) as database:
        (check,) = database.execute("PRAGMA integrity_check").fetchone()
        assert check == "ok"
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        systems = dict(database.execute("SELECT srs_id, definition FROM gpkg_spatial_ref_sys"))
    assert set(systems) == {-1, 0, 4326, 25832}
    assert (systems[-1], systems[0]) == ("undefined",) * 2
    assert systems[25832].startswith("PROJCS[")


@pytest.mark.parametrize("code", [4326, 2154, 2180, 5514, 5515, 27700, 28992, 3857])
def test_gdal_knows_the_system_whatever_its_well_known_text(code: int, tmp_path: Path) -> None:
    """That of 5515 cannot be said in the older text; 2180 has its axes the other way round."""
    pyogrio = pytest.importorskip("pyogrio")
    place = Georeference(code, (2.0, 0.0, 10.0, 0.0, -2.0, 200.0))
    (file,) = written("geopackage", tmp_path, [on_map(cracked("a.tif"), place)])
    about = pyogrio.read_info(file, layer=f"cracks_epsg_{code}")
    assert about["crs"] == f"EPSG:{code}"
    xs = about["total_bounds"][::2]
    assert (min(xs), max(xs)) == pytest.approx((20, 138)), "x comes first"


GEO = {
    "type": "object",
    "required": ["version", "primary_column", "columns"],
    "properties": {
        "version": {"const": "1.1.0"},
        "primary_column": {"const": "geometry"},
        "columns": {
            "required": ["geometry"],
            "additionalProperties": {
                "required": ["encoding", "geometry_types"],
                "additionalProperties": False,
                "properties": {
                    "encoding": {"const": "WKB"},
                    "geometry_types": {"items": {"enum": ["Point", "MultiLineString"]}},
                    "crs": {"type": ["object", "null"]},
                    "bbox": {"items": {"type": "number"}, "minItems": 4, "maxItems": 4},
                },
            },
        },
    },
}
"""What the standard asks of the metadata, as far as it is used."""


def test_geoparquet_has_the_system_of_each_geotiff(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pyproj = pytest.importorskip("pyproj")
    files = written("geoparquet", tmp_path)
    assert [file.stem for file in files] == ["photos", *SYSTEMS]
    for file in files:
        table = parquet.read_table(file)
        note = json.loads(table.schema.metadata[b"geo"])
        Draft202012Validator(GEO).validate(note)
        column = note["columns"]["geometry"]
        rows = table.to_pylist()
        if file.stem == "photos":
            code, places = 4326, [decoded(row["geometry"])[0].tolist() for row in rows]
            assert places == [[[13.4, 52.5]], [[18.4, -33.9]]]
        else:
            code = SYSTEMS[file.stem].epsg
            check_lines(file.stem, rows, [row["geometry"] for row in rows])
        known = column["crs"] and pyproj.CRS.from_json_dict(column["crs"]).to_epsg()
        assert known == (None if code == NOWHERE.epsg else code)
        corners = np.concatenate([line for row in rows for line in decoded(row["geometry"])])
        assert column["bbox"] == [*corners.min(axis=0), *corners.max(axis=0)]


def test_without_any_place_there_are_empty_layers_of_photos(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pyogrio = pytest.importorskip("pyogrio")
    (package,) = written("geopackage", tmp_path, [cracked("a.jpg"), failed("b.jpg")])
    assert pyogrio.list_layers(package)[:, 0].tolist() == ["photos"]
    assert pyogrio.read_info(package)["features"] == 0
    (photos,) = written("geoparquet", tmp_path, [])
    assert parquet.read_table(photos).num_rows == 0
