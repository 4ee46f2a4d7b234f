"""label-studio.json: photos to review in Label Studio, pre-annotated, most uncertain first."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from crackscope.reporting import REPORTS, Context
from crackscope.reporting.outlines import polygons
from crackscope.reporting.rows import has_cracks, in_mm
from crackscope.run_dir import write_atomically
from crackscope.types import Crack, PhotoResult, Region

TASKS, INTERFACE = "label-studio.json", "label-studio.xml"
_FROM, _TO, _LABEL = "label", "image", "crack"
_POLYGONS, _RECTANGLES = "PolygonLabels", "RectangleLabels"
_XML = """\
<View>
  <Image name="{to}" value="$image" zoom="true"/>
  <{tag} name="{source}" toName="{to}"{look}><Label value="{label}"/></{tag}>
</View>
"""


@REPORTS.register("label-studio")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a task for each scored photo, and the labelling interface.

    The photo with the score nearest to the threshold comes first. Photos are served from disk, with
    paths relative to Label Studio's LOCAL_FILES_DOCUMENT_ROOT. Each branch of a crack is a polygon,
    which every version of Label Studio can import and edit.
    """
    scored = sorted((result for result in results if result.ok), key=uncertainty)
    tasks, interface = dest / TASKS, dest / INTERFACE
    write_atomically(tasks, json.dumps([_task(r) for r in scored], allow_nan=False) + "\n")
    write_atomically(interface, _interface(has_cracks(results)))
    return [tasks, interface]


def _interface(cracks: bool) -> str:
    tag = _POLYGONS if cracks else _RECTANGLES
    look = ' opacity="0.2" strokeWidth="1" pointSize="small"' if cracks else ""
    return _XML.format(tag=tag, source=_FROM, to=_TO, label=_LABEL, look=look)


def uncertainty(result: PhotoResult) -> float:
    """Distance of the score from the threshold; a small distance is an uncertain photo."""
    return abs((result.score or 0.0) - (result.threshold or 0.0))


def _task(result: PhotoResult) -> dict[str, Any]:
    size = (result.width or 1, result.height or 1)
    return {
        "data": {"image": _address(result.path), "path": result.path, "verdict": result.verdict},
        "predictions": [
            {
                "model_version": result.model,
                "score": result.score,
                "result": [shape for found in result.found for shape in _shapes(found, size)],
            }
        ],
    }


def _address(path: str) -> str:
    """The URL of a photo in Label Studio: below its root on disk, or in cloud storage."""
    if "://" in path:
        return path
    below_root = PurePath(path).as_posix().lstrip("/")
    return f"/data/local-files/?d={quote(below_root, errors='backslashreplace')}"


def _shapes(found: Crack | Region, size: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """The branches of a crack, or a region, in percent of the upright photo's size."""
    if isinstance(found, Crack):
        said = [f"crack {found.id}, score {found.score:.3f}, {found.length_px:.0f} px long"]
        text = [", ".join(filter(None, [*said, in_mm(found)]))]
        for number, corners in enumerate(polygons(found, *size), start=1):
            points = [[100 * x / size[0], 100 * y / size[1]] for x, y in corners]
            value = {"points": points, "closed": True, "polygonlabels": [_LABEL]}
            shape = _shape(f"crack-{found.id}-{number}", "polygonlabels", value, found.score, size)
            yield {**shape, "meta": {"text": text}}
    else:
        value = _rectangle(found, size)
        shape = _shape(f"region-{found.id}", "rectanglelabels", value, found.score, size)
        yield {**shape, "meta": {"text": [in_mm(found)]}} if in_mm(found) else shape


def _shape(
    name: str, kind: str, value: dict[str, Any], score: float, size: tuple[int, int]
) -> dict[str, Any]:
    return {
        "id": name,
        "type": kind,
        "from_name": _FROM,
        "to_name": _TO,
        "original_width": size[0],
        "original_height": size[1],
        "image_rotation": 0,
        "value": value,
        "score": score,
    }


def _rectangle(region: Region, size: tuple[int, int]) -> dict[str, Any]:
    width, height = size
    box = region.box
    return {
        "x": 100 * box.x0 / width,
        "y": 100 * box.y0 / height,
        "width": 100 * box.width / width,
        "height": 100 * box.height / height,
        "rotation": 0,
        "rectanglelabels": [_LABEL],
    }
