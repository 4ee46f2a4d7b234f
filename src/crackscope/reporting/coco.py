"""coco.json: regions as annotations in the format of the COCO data set, for training tools."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crackscope.reporting import REPORTS, Context
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult, Region

ANNOTATIONS = "coco.json"
_CRACK = {"id": 1, "name": "crack", "supercategory": "defect"}


@REPORTS.register("coco")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Every photo that was scored is an image; those without regions have no annotation."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for result in results:
        if result.ok:
            images.append(_image(len(images) + 1, result))
            for region in result.regions:
                annotations.append(_annotation(len(annotations) + 1, len(images), region))
    document = {
        "info": {"description": f"found by crackscope, {context.model}; not checked by a person"},
        "licenses": [],
        "categories": [_CRACK],
        "images": images,
        "annotations": annotations,
    }
    file = dest / ANNOTATIONS
    write_atomically(file, json.dumps(document, allow_nan=False) + "\n")
    return [file]


def polygon(region: Region) -> list[tuple[int, int]]:
    """The corners (x, y) of a region: its outline, or its box where no outline is known."""
    box = region.box
    corners = [(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)]
    return list(region.outline) if len(region.outline) >= 3 else corners


def area(corners: Sequence[tuple[int, int]]) -> float:
    """The area within a polygon in square pixels, by the shoelace formula."""
    following = [*corners[1:], corners[0]]
    twice = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(corners, following, strict=True))
    return abs(twice) / 2


def _image(number: int, result: PhotoResult) -> dict[str, Any]:
    return {
        "id": number,
        "file_name": result.path,
        "width": result.width,
        "height": result.height,
        "verdict": result.verdict,
        "score": result.score,
    }


def _annotation(number: int, image: int, region: Region) -> dict[str, Any]:
    corners = polygon(region)
    box = region.box
    return {
        "id": number,
        "image_id": image,
        "category_id": _CRACK["id"],
        "bbox": [box.x0, box.y0, box.width, box.height],
        "area": region.area_px or area(corners),
        "segmentation": [[value for corner in corners for value in corner]],
        "iscrowd": 0,
        "score": region.score,
    }
