"""cad/*.dxf: the cracks of each photo for CAD, one layer per width class, in mm with a scale.

Y points up; the photo's lower left corner is the origin. Each line has its crack's id, score and
sizes as extended data (XDATA) of the application CRACKSCOPE: name, then value. The drawing shows a
small copy of the photo as an IMAGE entity, by its bare file name: keep both in one folder.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crackscope import extras
from crackscope.rendering import thumbnail
from crackscope.reporting import REPORTS, Context, pictures
from crackscope.reporting.crack_map import CrackMap, MappedLine
from crackscope.reporting.drawings import drawn, shown, write_table
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

FOLDER, APPLICATION = "cad", "CRACKSCOPE"
PHOTO, LEGEND = "photo", "legend"
_VERSION = "R2010"
"""Oldest version with Unicode names; all current programs read it."""
_UNITS = {"mm": 4, "px": 0}
"""$INSUNITS: millimetres, unitless."""
_CODES = {str: 1000, int: 1071, float: 1040}
"""Group codes of extended data."""
_TEXT = 1 / 50
"""Height of a text as a fraction of the photo's long side."""
_MARGIN = 1.05
"""Size of the view relative to the drawing."""
_BLACK = 7
"""Black on white paper, white on a black screen."""


@REPORTS.register("dxf", needs="ezdxf", extra="cad")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a drawing of each photo with cracks, the photo next to it, and photos.csv."""
    maps = list(drawn(results, context, FOLDER, ".dxf"))
    files = [write_table(maps, dest / FOLDER)]
    for name, one in maps:
        file, photo = dest / name, one.picture(pictures.plain(context, one.path))
        picture = file.with_name(f"{file.name.removesuffix('.dxf')}.jpg")
        write_atomically(file, dxf(one, picture.name, photo))
        files.append(file)
        if photo is not None:
            write_atomically(picture, photo)
            files.append(picture)
    return files


def dxf(one: CrackMap, picture: str, photo: bytes | None) -> bytes:
    """The drawing of a map; it shows the JPEG `photo`, stored next to it as `picture`."""
    ezdxf = extras.require("ezdxf", "cad", "write DXF files")
    with _repeatable(ezdxf):
        drawing = ezdxf.new(_VERSION, units=_UNITS[one.unit])
        drawing.appids.add(APPLICATION)
        space = drawing.modelspace()
        if photo is not None:
            _add_photo(drawing, one, picture, thumbnail.size_of(photo))
        for name, shade in one.layers().items():
            drawing.layers.add(name).rgb = shade
        for line in one.lines:
            _add_line(space, one, line)
        lowest = _add_legend(drawing, one)
        _look_at(drawing, one, lowest)
        text = io.StringIO()
        drawing.write(text)
    return bytes(drawing.encode(text.getvalue()))


@contextmanager
def _repeatable(ezdxf: Any) -> Iterator[None]:
    """Leave out the time and random ids, so that equal results give equal files."""
    before = ezdxf.options.write_fixed_meta_data_for_testing
    ezdxf.options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        ezdxf.options.write_fixed_meta_data_for_testing = before


def _add_photo(drawing: Any, one: CrackMap, picture: str, pixels: tuple[int, int]) -> None:
    drawing.layers.add(PHOTO)
    image = drawing.add_image_def(filename=picture, size_in_pixel=pixels)
    size = (one.width, one.height)
    drawing.modelspace().add_image(image, (0, 0), size, dxfattribs={"layer": PHOTO})


def _add_line(space: Any, one: CrackMap, line: MappedLine) -> None:
    points = [(x, one.height - y) for x, y in line.points]
    attributes = {"layer": line.layer}
    drawn_line = space.add_lwpolyline(points, close=line.closed, dxfattribs=attributes)
    drawn_line.set_xdata(APPLICATION, list(_tags(one, line)))


def _tags(one: CrackMap, line: MappedLine) -> Iterator[tuple[int, Any]]:
    """Name and value of each known property, the class first."""
    yield from ((_CODES[str], "width_class"), (_CODES[str], line.layer))
    yield from ((_CODES[str], "unit"), (_CODES[str], one.unit))
    for name, value in line.values().items():
        yield _CODES[str], name
        yield _CODES[type(value)], value


def _look_at(drawing: Any, one: CrackMap, lowest: float) -> None:
    """Set the initial view to the whole drawing."""
    height = max(one.height - lowest, one.width) * _MARGIN
    drawing.set_modelspace_vport(height, center=(one.width / 2, (one.height + lowest) / 2))


def _add_legend(drawing: Any, one: CrackMap) -> float:
    """Add scale bar, classes, name of the photo and units below the photo.

    Returns the y coordinate of the lower end.
    """
    drawing.layers.add(LEGEND).color = _BLACK
    space, size = drawing.modelspace(), max(one.width, one.height) * _TEXT
    bar = one.bar()
    rows = [(LEGEND, bar, f"{bar:g} {one.unit}")]
    rows += [(name, 2 * size, name) for name in one.layers()]
    rows += [(LEGEND, 0.0, _plain(text)) for text in (one.path, one.note)]
    for number, (layer, length, text) in enumerate(rows, start=1):
        y = -1.6 * size * number
        if length:
            space.add_line((0, y), (length, y), dxfattribs={"layer": layer})
        place = (length + size / 2 if length else 0, y - size / 2)
        attributes = {"layer": LEGEND, "height": size, "insert": place}
        space.add_text(text, dxfattribs=attributes)
    return -1.6 * size * (len(rows) + 1)


def _plain(text: str) -> str:
    """Escape %% and ^, which CAD reads as codes and control characters."""
    return shown(text).replace("%%", "% %").replace("^", "^ ")
