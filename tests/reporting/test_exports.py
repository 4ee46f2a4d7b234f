"""Each export of cracks is read again by a reader of its own and equals results.jsonl."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from crackscope.inspection.results_file import line
from crackscope.rendering.nearness import Discs, distance
from crackscope.reporting import Context, chosen
from crackscope.reporting.names import overlay_names
from crackscope.reporting.outlines import outline
from crackscope.types import Box, Crack, PhotoResult, Region
from support_cracks import UTM, WGS, cracked, on_map
from support_reports import failed, scored, with_place

RESULTS = [
    with_place(cracked("b/one.jpg"), 52.5, 13.4),
    cracked("b/sound é#.png", 0.02, lines=False),
    failed("broken.jpg"),
    on_map(cracked("utm.tif", 0.7), UTM),
    on_map(cracked("wgs.tif", 0.5), WGS),
    cracked("not\udcffunicode.jpg"),
    cracked("b/one.png", 0.3),
]
LINES = [json.loads(line(result)) for result in RESULTS]
DONE = [found for found in LINES if found["status"] == "ok"]
CRACKS = [(found, crack) for found in DONE for crack in found["cracks"]]
ZOOM = 24


def written(name: str, folder: Path, results: list[PhotoResult] = RESULTS) -> list[Path]:
    paths = [result.path for result in results]
    names = dict(zip(paths, overlay_names(paths), strict=True))
    return chosen(name)[0](results, folder, Context("m@1+abc", folder, overlays=names))


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


def flat(found: dict[str, Any], crack: dict[str, Any]) -> dict[str, Any]:
    """A crack as a row of a table."""
    widths = {f"width_px_{name}": value for name, value in crack["width_px"].items()}
    box = dict(zip(("x0", "y0", "x1", "y1"), crack["box"], strict=True))
    path = found["path"].encode("utf-8", "backslashreplace").decode()
    values = {name: crack[name] for name in ("id", "score", "length_px")}
    return {"path": path, **values, **widths, **box, "branches": len(crack["lines"])}


def painted(shapes: list[np.ndarray]) -> np.ndarray:
    canvas = Image.new("1", (64 * ZOOM, 48 * ZOOM))
    for shape in shapes:
        ImageDraw.Draw(canvas).polygon([tuple(p) for p in (shape * ZOOM).tolist()], fill=1)
    return np.asarray(canvas)


def overlap(shapes: list[np.ndarray], crack: dict[str, Any]) -> float:
    """Of the polygons and of the area of the lines: what both have, of what one has."""
    discs = Discs.of((np.array(points, float) for points in crack["lines"]), ZOOM)
    truth = distance(discs, Box(0, 0, 64 * ZOOM, 48 * ZOOM)) <= 0
    drawn = painted(shapes)
    return float((truth & drawn).sum() / (truth | drawn).sum())


def text(value: Any) -> str:
    return f"{value:.7g}" if isinstance(value, float) else str(value)


def test_tables(tmp_path: Path) -> None:
    photos, cracks = written("csv", tmp_path)
    assert cracks.name == "cracks.csv"
    assert rows(cracks) == [{k: text(v) for k, v in flat(*pair).items()} for pair in CRACKS]
    done = [row for row in rows(photos) if row["status"] == "ok"]
    assert [int(row["cracks"]) for row in done] == [len(found["cracks"]) for found in DONE]
    assert [row["material"] for row in done] == [found["material"] for found in DONE]
    assert not {"regions", "surface"} & set(done[0])


def test_parquet(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    photos, cracks = map(parquet.read_table, written("parquet", tmp_path))
    assert cracks.to_pylist() == [flat(*pair) for pair in CRACKS]
    counts = [None if f["status"] == "failed" else len(f["cracks"]) for f in LINES]
    assert photos.column("cracks").to_pylist() == counts


def test_geojson_points_list_the_cracks_of_their_photo(tmp_path: Path) -> None:
    places, *_ = written("geojson", tmp_path)
    (feature,) = json.loads(places.read_text())["features"]
    assert feature["geometry"]["coordinates"] == [13.4, 52.5, 34.5]
    listed = feature["properties"]["cracks"]
    assert feature["properties"]["crack_count"] == len(listed) == 3
    for shown, crack in zip(listed, DONE[0]["cracks"], strict=True):
        assert shown.items() <= flat(DONE[0], crack).items()
    assert feature["properties"]["material"] == "concrete"
    assert not {"regions", "surface"} & set(feature["properties"])


@pytest.mark.parametrize(
    ("name", "path", "crs"),
    [
        ("cracks.geojson", "wgs.tif", None),
        ("cracks-epsg-25832.geojson", "utm.tif", "urn:ogc:def:crs:EPSG::25832"),
    ],
)
def test_geojson_lines_lie_where_the_map_says(
    name: str, path: str, crs: str | None, tmp_path: Path
) -> None:
    written("geojson", tmp_path)
    collection = json.loads((tmp_path / name).read_text())
    known = {"type": "name", "properties": {"name": crs}} if crs else None
    assert collection.get("crs") == known
    (found,) = [found for found in DONE if found["path"] == path]
    a, _, c, _, e, f = found["metadata"]["georeference"]["transform"]
    for feature, crack in zip(collection["features"], found["cracks"], strict=True):
        assert feature["geometry"]["type"] == "MultiLineString"
        assert feature["properties"]["path"] == path
        assert feature["properties"]["id"] == crack["id"]
        for placed, points in zip(feature["geometry"]["coordinates"], crack["lines"], strict=True):
            back = [[(x - c) / a, (y - f) / e] for x, y in placed]
            assert np.array(back) == pytest.approx(np.array(points)[:, :2], abs=0.02)


def test_coco(tmp_path: Path) -> None:
    (file,) = written("coco", tmp_path)
    document = json.loads(file.read_text())
    images = {image["id"]: image for image in document["images"]}
    assert [image["file_name"] for image in images.values()] == [f["path"] for f in DONE]
    for note, (found, crack) in zip(document["annotations"], CRACKS, strict=True):
        assert images[note["image_id"]]["file_name"] == found["path"]
        assert (note["score"], note["crack"]) == (crack["score"], crack["id"])
        x0, y0, x1, y1 = crack["box"]
        assert note["bbox"] == [x0, y0, x1 - x0, y1 - y0]
        shapes = [np.array(shape).reshape(-1, 2) for shape in note["segmentation"]]
        assert overlap(shapes, crack) > 0.8
        assert note["area"] == pytest.approx(painted(shapes).sum() / ZOOM**2, rel=0.5)
        for shape in shapes:
            assert (shape >= 0).all()
            assert (shape <= (64, 48)).all()


def test_yolo(tmp_path: Path) -> None:
    data, photos, *labels = written("yolo", tmp_path)
    document = yaml.safe_load(data.read_text())
    assert (document["names"], document["train"]) == ({0: "crack"}, "images")
    table = rows(photos)
    assert len({row["image"].rsplit(".", 1)[0] for row in table}) == len(DONE) == len(labels)
    assert [Path(row["image"]).suffix for row in table] == [Path(f["path"]).suffix for f in DONE]
    for row, found in zip(table, DONE, strict=True):
        image = tmp_path / "yolo" / row["image"].replace("images/", "labels/", 1)
        shapes = []
        for text in image.with_suffix(".txt").read_text().splitlines():
            kind, *values = text.split()
            shapes.append(np.array(values, float).reshape(-1, 2) * (64, 48))
            assert kind == "0"
        branches = [branch for crack in found["cracks"] for branch in crack["lines"]]
        assert len(shapes) == len(branches)
        if branches:
            assert overlap(shapes, {"lines": branches}) > 0.8


def test_label_studio(tmp_path: Path) -> None:
    tasks, interface = written("label-studio", tmp_path)
    found = {task["data"]["path"]: task for task in json.loads(tasks.read_text())}
    assert set(found) == {result["path"] for result in DONE}
    control = ElementTree.parse(interface).getroot().find("PolygonLabels")
    assert control is not None
    for result in DONE:
        (prediction,) = found[result["path"]]["predictions"]
        shapes: dict[int, list[np.ndarray]] = {}
        for shape in prediction["result"]:
            assert shape["type"] == "polygonlabels"
            assert (shape["from_name"], shape["to_name"]) == (control.get("name"), "image")
            _, number, _ = shape["id"].split("-")
            corners = np.array(shape["value"]["points"])
            assert (corners >= 0).all()
            assert (corners <= 100).all()
            shapes.setdefault(int(number), []).append(corners * (0.64, 0.48))
        assert list(shapes) == [crack["id"] for crack in result["cracks"]]
        for crack in result["cracks"]:
            assert overlap(shapes[crack["id"]], crack) > 0.8


def test_label_studio_begins_with_the_photo_nearest_to_the_threshold(tmp_path: Path) -> None:
    found = [scored(f"{score}.jpg", score) for score in (0.02, 0.45, 0.97, 0.7)]  # at 0.5
    tasks = json.loads(written("label-studio", tmp_path, found)[0].read_text(encoding="utf-8"))
    order = [task["data"]["path"] for task in tasks]
    assert order == ["0.45.jpg", "0.7.jpg", "0.97.jpg", "0.02.jpg"]


def test_cvat(tmp_path: Path) -> None:
    (file,) = written("cvat", tmp_path)
    root = ElementTree.parse(file).getroot()
    assert root.findtext("version") == "1.1"
    known = {a.findtext("name") for a in root.iter("attribute") if a.find("name") is not None}
    told = [{part.tag: part.text or "" for part in a} for a in root.findall(".//label/*/attribute")]
    kind = {"mutable": "False", "input_type": "text", "default_value": "", "values": ""}
    assert told == [{"name": one["name"], **kind} for one in told], "as CVAT's own exports have it"
    assert {one["name"] for one in told} == known
    images = root.findall("image")
    names = [f["path"].replace("\udcff", "\\udcff") for f in DONE]
    assert [image.get("name") for image in images] == names
    for image, found in zip(images, DONE, strict=True):
        shapes = iter(image.findall("polyline"))
        assert (image.get("width"), image.get("height")) == ("64", "48")
        for crack in found["cracks"]:
            for branch in crack["lines"]:
                shape = next(shapes)
                pairs = shape.get("points", "").split(";")
                assert [[float(v) for v in p.split(",")] for p in pairs] == [p[:2] for p in branch]
                values = {a.get("name"): a.text for a in shape.iter("attribute")}
                assert set(values) == known
                assert float(values["score"] or 0) == crack["score"]
                assert shape.get("group_id") == values["id"] == str(crack["id"])
        assert next(shapes, None) is None


def test_regions_of_older_models_are_exported_as_polygons(tmp_path: Path) -> None:
    old = [scored("a.jpg", 0.9)]
    image = ElementTree.parse(written("cvat", tmp_path, old)[0]).getroot().find("image")
    assert image is not None
    assert image[0].tag == "polygon"
    assert image[0].get("points") == "0.00,0.00;10.00,0.00;10.00,20.00;0.00,20.00"
    *_, label = written("yolo", tmp_path, old)
    values = [float(value) for value in label.read_text().split()]
    assert values == pytest.approx([0, 0, 0, 10 / 64, 0, 10 / 64, 20 / 48, 0, 20 / 48])


def test_label_studio_has_places_in_percent_of_the_photo(tmp_path: Path) -> None:
    region = Region(1, Box(16, 12, 48, 30), 0.9)
    photos = [cracked("a.jpg"), replace(scored("b.jpg", 0.9), regions=(region,))]
    tasks = json.loads(written("label-studio", tmp_path, photos)[0].read_text(encoding="utf-8"))
    lines, regions = (task["predictions"][0]["result"] for task in reversed(tasks))
    branches = [branch for crack in photos[0].cracks or () for branch in crack.lines]
    for shape, branch in zip(lines, branches, strict=True):
        corners = np.array(shape["value"]["points"]) * (0.64, 0.48)
        assert corners == pytest.approx(np.array(outline(branch, 64, 48)))
    (box,) = regions
    place = {"x": 25.0, "y": 25.0, "width": 50.0, "height": 37.5, "rotation": 0}
    assert box["value"] == {**place, "rectanglelabels": ["crack"]}


@pytest.mark.parametrize(
    ("line", "around"),
    [
        (
            [(10, 20, 4), (20, 20, 6), (30, 20, 8)],
            [(8, 20), (10, 22), (20, 23), (30, 24), (34, 20), (30, 16), (20, 17), (10, 18)],
        ),
        (
            [(20, 10, 4), (20, 24, 8)],
            [(20, 8), (18, 10), (16, 24), (20, 28), (24, 24), (22, 10)],
        ),
    ],
)
def test_an_outline_is_as_wide_as_its_line_with_a_tip_at_each_end(
    line: list[tuple[float, ...]], around: list[tuple[float, float]]
) -> None:
    (branch,) = Crack.of(1, 0.5, [line], 64, 48).lines
    assert outline(branch, 64, 48) == around


corners_of_lines = st.tuples(st.floats(-5, 70), st.floats(-5, 50), st.floats(0, 20))


@settings(max_examples=100, deadline=None)
@given(st.lists(corners_of_lines, min_size=2, max_size=8))
def test_any_line_has_an_outline_within_the_photo(drawn: list[tuple[float, ...]]) -> None:
    crack = Crack.of(1, 0.5, [drawn], 64, 48)
    corners = np.array(outline(crack.lines[0], 64, 48))
    assert len(corners) >= 6
    assert np.isfinite(corners).all()
    assert (corners >= 0).all()
    assert (corners <= (64, 48)).all()
