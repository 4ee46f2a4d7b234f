"""label-studio.json: photos to check in Label Studio, the regions drawn already, doubts first."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from crackscope.reporting import REPORTS, Context
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult, Region

TASKS, INTERFACE = "label-studio.json", "label-studio.xml"
_FROM, _TO, _LABEL = "label", "image", "crack"
_XML = f"""\
<View>
  <Image name="{_TO}" value="$image" zoom="true"/>
  <RectangleLabels name="{_FROM}" toName="{_TO}"><Label value="{_LABEL}"/></RectangleLabels>
</View>
"""


@REPORTS.register("label-studio")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """A task for each photo that was scored, and the labelling interface that fits them.

    The photo whose score is nearest to the threshold comes first. It is served from disk: its path
    is taken below Label Studio's LOCAL_FILES_DOCUMENT_ROOT.
    """
    scored = sorted((result for result in results if result.ok), key=uncertainty)
    tasks, interface = dest / TASKS, dest / INTERFACE
    write_atomically(tasks, json.dumps([_task(r) for r in scored], allow_nan=False) + "\n")
    write_atomically(interface, _XML)
    return [tasks, interface]


def uncertainty(result: PhotoResult) -> float:
    """How far the score is from the threshold; the nearer, the less sure."""
    return abs((result.score or 0.0) - (result.threshold or 0.0))


def _task(result: PhotoResult) -> dict[str, Any]:
    size = (result.width or 1, result.height or 1)
    return {
        "data": {"image": _address(result.path), "path": result.path, "verdict": result.verdict},
        "predictions": [
            {
                "model_version": result.model,
                "score": result.score,
                "result": [_rectangle(region, size) for region in result.regions],
            }
        ],
    }


def _address(path: str) -> str:
    """Where Label Studio finds a photo: below its root on the disk, or in the cloud."""
    if "://" in path:
        return path
    below_root = PurePath(path).as_posix().lstrip("/")
    return f"/data/local-files/?d={quote(below_root, errors='backslashreplace')}"


def _rectangle(region: Region, size: tuple[int, int]) -> dict[str, Any]:
    """A region in percent of the upright photo, as browsers show it."""
    width, height = size
    box = region.box
    return {
        "id": f"region-{region.id}",
        "type": "rectanglelabels",
        "from_name": _FROM,
        "to_name": _TO,
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": {
            "x": 100 * box.x0 / width,
            "y": 100 * box.y0 / height,
            "width": 100 * box.width / width,
            "height": 100 * box.height / height,
            "rotation": 0,
            "rectanglelabels": [_LABEL],
        },
        "score": region.score,
    }
