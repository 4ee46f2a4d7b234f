"""GeoJSON, COCO and Label Studio files against hand-written schemas, and what no schema says."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from crackscope.reporting import Context, chosen
from crackscope.reporting.outlines import shoelace
from crackscope.types import Box, PhotoResult, Region
from support_reports import failed, scored, with_place

OUTLINE = ((4, 0), (10, 6), (4, 12), (0, 6))
RESULTS = [
    with_place(scored("b/sure.jpg", 0.97), 52.5, 13.4),
    replace(scored("at the threshold é#.jpg", 0.6), regions=()),
    replace(
        scored("outlined.jpg", 0.9),
        regions=(Region(1, Box(0, 0, 11, 13), 0.9, OUTLINE), Region(2, Box(20, 8, 64, 48), 0.7)),
    ),
    with_place(scored("sound.jpg", 0.02, "no crack"), -89.9, -180.0),
    failed("broken.jpg"),
    scored("not\udcffunicode.jpg", 0.8),
]


def closed(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


TEXT, WHOLE = {"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}
NUMBER, SCORE = {"type": "number"}, {"type": "number", "minimum": 0, "maximum": 1}
OR_NULL = {"type": ["string", "null"]}
VERDICT = {"enum": ["crack", "unsure", "no crack"]}
PERCENT = {"type": "number", "minimum": 0, "maximum": 100}


def many(items: dict[str, Any], least: int = 0, most: int | None = None) -> dict[str, Any]:
    limit = {} if most is None else {"maxItems": most}
    return {"type": "array", "items": items, "minItems": least, **limit}


POSITION = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
    "items": NUMBER,
    "minItems": 2,
    "maxItems": 3,
}
PROPERTIES = {
    "path": TEXT, "verdict": VERDICT, "score": SCORE, "regions": WHOLE, "taken": OR_NULL,
    "camera": OR_NULL, "surface": OR_NULL, "model": TEXT,
}  # fmt: skip
FEATURE = {
    "type": {"const": "Feature"},
    "geometry": closed({"type": {"const": "Point"}, "coordinates": POSITION}),
    "properties": closed(PROPERTIES),
}
GEOJSON = closed({"type": {"const": "FeatureCollection"}, "features": many(closed(FEATURE))})

IMAGE = {
    "id": WHOLE, "file_name": TEXT, "width": WHOLE, "height": WHOLE, "verdict": VERDICT,
    "score": SCORE,
}  # fmt: skip
ANNOTATION = {
    "id": WHOLE, "image_id": WHOLE, "category_id": {"const": 1}, "bbox": many(NUMBER, 4, 4),
    "area": {"type": "number", "exclusiveMinimum": 0},
    "segmentation": many(many(NUMBER, 6), 1), "iscrowd": {"const": 0}, "score": SCORE,
}  # fmt: skip
CATEGORY = closed({"id": {"const": 1}, "name": {"const": "crack"}, "supercategory": TEXT})
COCO = closed(
    {
        "info": closed({"description": TEXT}),
        "licenses": many({}),
        "categories": many(CATEGORY, 1, 1),
        "images": many(closed(IMAGE)),
        "annotations": many(closed(ANNOTATION)),
    }
)

RECTANGLE = {
    "x": PERCENT, "y": PERCENT, "width": PERCENT, "height": PERCENT, "rotation": {"const": 0},
    "rectanglelabels": {"const": ["crack"]},
}  # fmt: skip
DRAWN = {
    "id": TEXT, "type": {"const": "rectanglelabels"}, "from_name": {"const": "label"},
    "to_name": {"const": "image"}, "original_width": WHOLE, "original_height": WHOLE,
    "image_rotation": {"const": 0}, "value": closed(RECTANGLE), "score": SCORE,
}  # fmt: skip
PREDICTION = closed({"model_version": TEXT, "score": SCORE, "result": many(closed(DRAWN))})
IMAGE_URL = {"type": "string", "pattern": r"^/data/local-files/\?d=[\w.~%/-]+$"}
DATA = closed({"image": IMAGE_URL, "path": TEXT, "verdict": VERDICT})
LABEL_STUDIO = many(closed({"data": DATA, "predictions": many(PREDICTION, 1, 1)}))
SCHEMAS = {"geojson": GEOJSON, "coco": COCO, "label-studio": LABEL_STUDIO}


def written(name: str, results: list[PhotoResult], folder: Path) -> Any:
    (write,) = chosen(name)
    file, *_ = write(results, folder, Context("m@1+abc", folder))
    return json.loads(file.read_text(encoding="ascii"))


@pytest.mark.parametrize("results", [RESULTS, RESULTS[4:5], []], ids=["all", "failed", "none"])
@pytest.mark.parametrize("name", SCHEMAS)
def test_files_are_valid(name: str, results: list[PhotoResult], tmp_path: Path) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    Draft202012Validator(SCHEMAS[name]).validate(written(name, results, tmp_path))


def test_points_lie_where_the_photos_were_taken(tmp_path: Path) -> None:
    first, second = written("geojson", RESULTS, tmp_path)["features"]
    assert first["geometry"]["coordinates"] == [13.4, 52.5, 34.5]
    assert (first["properties"]["path"], first["properties"]["regions"]) == ("b/sure.jpg", 1)
    assert first["properties"]["taken"] == "2025-05-01T12:00:00+02:00"
    assert second["properties"]["verdict"] == "no crack"


def test_annotations_point_to_their_images(tmp_path: Path) -> None:
    found = written("coco", RESULTS, tmp_path)
    images = {image["id"]: image["file_name"] for image in found["images"]}
    assert list(images) == [1, 2, 3, 4, 5]
    assert [note["id"] for note in found["annotations"]] == [1, 2, 3, 4]
    owners = [images[note["image_id"]] for note in found["annotations"]]
    assert owners == ["b/sure.jpg", "outlined.jpg", "outlined.jpg", "not\udcffunicode.jpg"]


def test_an_annotation_is_the_outline_or_else_the_box(tmp_path: Path) -> None:
    _, outlined, boxed, _ = written("coco", RESULTS, tmp_path)["annotations"]
    assert outlined["segmentation"] == [[4, 0, 10, 6, 4, 12, 0, 6]]
    assert (outlined["bbox"], outlined["area"]) == ([0, 0, 11, 13], 60)
    assert boxed["segmentation"] == [[20, 8, 64, 8, 64, 48, 20, 48]]
    assert (boxed["bbox"], boxed["area"]) == ([20, 8, 44, 40], 44 * 40)


@given(
    x=st.integers(0, 10**5), y=st.integers(0, 10**5),
    width=st.integers(1, 10**4), height=st.integers(1, 10**4), turn=st.integers(0, 3),
)  # fmt: skip
def test_the_area_of_a_rectangle_is_that_of_its_sides(
    x: int, y: int, width: int, height: int, turn: int
) -> None:
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    turned = corners[turn:] + corners[:turn]
    assert shoelace(turned) == shoelace(turned[::-1]) == width * height


def test_the_least_sure_photos_are_labelled_first(tmp_path: Path) -> None:
    tasks = written("label-studio", RESULTS, tmp_path)
    paths = [task["data"]["path"] for task in tasks]
    assert paths[0] == "at the threshold é#.jpg"
    assert paths[-2:] == ["b/sure.jpg", "sound.jpg"]
    assert tasks[0]["data"]["image"].endswith("?d=at%20the%20threshold%20%C3%A9%23.jpg")


def test_a_photo_in_the_cloud_keeps_its_address(tmp_path: Path) -> None:
    (task,) = written("label-studio", [scored("s3://bucket/a b.jpg")], tmp_path)
    assert task["data"]["image"] == "s3://bucket/a b.jpg"


def test_rectangles_are_percent_of_the_photo(tmp_path: Path) -> None:
    tasks = written("label-studio", RESULTS, tmp_path)
    (task,) = [task for task in tasks if task["data"]["path"] == "outlined.jpg"]
    value = task["predictions"][0]["result"][1]["value"]
    sides = [value[name] for name in ("x", "y", "width", "height")]
    assert sides == pytest.approx([100 * 20 / 64, 100 * 8 / 48, 100 * 44 / 64, 100 * 40 / 48])


def test_the_labelling_interface_has_the_names_of_the_rectangles(tmp_path: Path) -> None:
    written("label-studio", RESULTS, tmp_path)
    interface = (tmp_path / "label-studio.xml").read_text()
    for part in ('name="image"', 'name="label"', 'toName="image"', 'value="crack"', "$image"):
        assert part in interface
