"""coco.json: cracks as annotations in COCO format, for training tools."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crackscope.reporting import REPORTS, Context
from crackscope.reporting.outlines import area, polygons
from crackscope.reporting.rows import sizes
from crackscope.run_dir import write_atomically
from crackscope.types import Crack, PhotoResult, Region

ANNOTATIONS = "coco.json"
_CRACK = {"id": 1, "name": "crack", "supercategory": "defect"}


@REPORTS.register("coco")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write all scored photos as images; those without cracks have no annotation."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for result in results:
        if result.ok:
            images.append(_image(len(images) + 1, result))
            for found in result.found:
                annotations.append(_annotation(len(annotations) + 1, images[-1], found))
    document = {
        "info": {"description": f"detected by crackscope, {context.model}; not reviewed"},
        "licenses": [],
        "categories": [_CRACK],
        "images": images,
        "annotations": annotations,
    }
    file = dest / ANNOTATIONS
    write_atomically(file, json.dumps(document, allow_nan=False) + "\n")
    return [file]


def _image(number: int, result: PhotoResult) -> dict[str, Any]:
    return {
        "id": number,
        "file_name": result.path,
        "width": result.width,
        "height": result.height,
        "verdict": result.verdict,
        "score": result.score,
        **sizes(result),
    }


def _annotation(number: int, image: dict[str, Any], found: Crack | Region) -> dict[str, Any]:
    """One polygon per branch; `crack` is the id within the photo. Sizes are named as in tables."""
    box = found.box
    shapes = polygons(found, image["width"], image["height"])
    return {
        "id": number,
        "image_id": image["id"],
        "category_id": _CRACK["id"],
        "bbox": [box.x0, box.y0, box.width, box.height],
        "area": area(found),
        "segmentation": [[value for corner in corners for value in corner] for corners in shapes],
        "iscrowd": 0,
        "score": found.score,
        **({"crack": found.id} if isinstance(found, Crack) else {}),
        **sizes(found),
    }
