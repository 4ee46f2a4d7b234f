"""yolo/: a data set for YOLO segmentation, one text file per photo, without the photos."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from crackscope import tables
from crackscope.reporting import REPORTS, Context
from crackscope.reporting.names import file_names, overlay_names
from crackscope.reporting.outlines import polygons
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

FOLDER, DATA, PHOTOS = "yolo", "data.yaml", "photos.csv"
_YAML = """\
# Detected by crackscope, not reviewed. Copy each photo into images/, with the name that photos.csv
# gives it.
path: .
train: images
val: images
names:
  0: crack
"""


@REPORTS.register("yolo")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write one line per branch or region: class 0 and the polygon, as fractions of the size.

    A photo without cracks has an empty file: it is a sound example.
    """
    scored = [result for result in results if result.ok]
    folder, relative = dest / FOLDER, [_relative(result, context) for result in scored]
    # YOLO matches labels by the name without its extension: a.jpg and a.png must not collide.
    stems = [str(path.with_suffix("")) for path in relative]
    labels = file_names(stems, "labels", ".txt")
    rows = []
    for result, path, name in zip(scored, relative, labels, strict=True):
        write_atomically(folder / name, _text(result) or "")
        image = name.removeprefix("labels/").removesuffix(".txt") + path.suffix
        rows.append((result.path, f"images/{image}"))
    write_atomically(folder / PHOTOS, tables.write(("photo", "image"), rows))
    write_atomically(folder / DATA, _YAML)
    return [folder / DATA, folder / PHOTOS, *(folder / name for name in labels)]


def _relative(result: PhotoResult, context: Context) -> PurePosixPath:
    """The path of the photo within the inspected folder, from the name of its overlay.

    It has the extension of the photo.
    """
    name = context.overlays.get(result.path) or overlay_names([result.path])[0]
    stem = PurePosixPath(name.removeprefix("overlays/")).with_suffix("")
    ending = PurePosixPath(result.path).suffix
    return stem if stem.suffix == ending else PurePosixPath(f"{stem}{ending}")


def _text(result: PhotoResult) -> str:
    width, height = result.width or 1, result.height or 1
    lines = []
    for found in result.found:
        for corners in polygons(found, width, height):
            values = (value for x, y in corners for value in (x / width, y / height))
            lines.append(" ".join(["0", *(f"{value:.8g}" for value in values)]) + "\n")
    return "".join(lines)
