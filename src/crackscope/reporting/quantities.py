"""quantities.csv: number, length and density of cracks by width class, per folder and in total.

A folder represents a structural element such as a wall or a span. Photos with a scale are counted
in metres, others in pixels, in separate rows. Where photos overlap, cracks are counted twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from crackscope import tables
from crackscope.reporting import REPORTS, Context
from crackscope.reporting.in_plane import in_plane
from crackscope.reporting.measured import length_of, width_of
from crackscope.reporting.width_classes import IN_MM, IN_PX, REGION, Unit, WidthClasses
from crackscope.run_dir import write_atomically
from crackscope.types import Crack, PhotoResult

QUANTITIES = "quantities.csv"
ALL_FOLDERS, ALL_WIDTHS = "all folders", "all widths"
_MM_PER_M = 1000.0
_IN_METRES = ("area_m2", "length_m", "density_m_per_m2")


@dataclass(frozen=True)
class Quantity:
    """The cracks of one width class in the photos of a folder, either with or without a scale.

    `area_m2` is the area of all these photos, with and without cracks. Values in metres are None
    without a scale, those in pixels are None with one.
    """

    folder: str
    unit: Unit
    width_class: str
    photos: int
    cracks: int
    area_m2: float | None
    length_m: float | None
    length_px: float | None
    density_m_per_m2: float | None


@dataclass(frozen=True)
class _Sized:
    """One photo: its area in square units, and class and length of each crack."""

    folder: str
    unit: Unit
    area: float
    cracks: tuple[tuple[str, float], ...]


@REPORTS.register("quantities")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a row for each folder, unit and width class with cracks, and totals."""
    columns, rows = table(results, context)
    content = tables.write(columns, ([row[name] for name in columns] for row in rows))
    write_atomically(dest / QUANTITIES, content)
    return [dest / QUANTITIES]


def table(
    results: Sequence[PhotoResult], context: Context
) -> tuple[list[str], list[dict[str, Any]]]:
    """Columns and rows; columns in metres are included if a photo has a scale."""
    rows = [asdict(row) for row in quantities(results, context)]
    known = any(row["unit"] == "mm" for row in rows)
    names = [field.name for field in fields(Quantity)]
    return [name for name in names if known or name not in _IN_METRES], rows


def quantities(
    results: Sequence[PhotoResult], context: Context, classes: WidthClasses = IN_MM
) -> list[Quantity]:
    """All folders together, then each in the order of the results; `classes` are in mm."""
    groups: dict[tuple[str | None, Unit], list[_Sized]] = defaultdict(list)
    for photo in (_sized(result, context, classes) for result in results if result.ok):
        for folder in (None, photo.folder):
            groups[folder, photo.unit].append(photo)
    return [
        row
        for (folder, unit), group in sorted(groups.items(), key=lambda item: item[0][0] is not None)
        for row in _rows(folder or ALL_FOLDERS, group, classes if unit == "mm" else IN_PX)
    ]


def folder_of(path: str) -> str:
    """The folder in the path of a photo, "." if there is none."""
    return path.rpartition("/")[0] or ("/" if path.startswith("/") else ".")


def _sized(result: PhotoResult, context: Context, classes: WidthClasses) -> _Sized:
    scale = context.scale_of(result)
    classes = classes if scale else IN_PX
    per_px = scale.mm_per_px if scale else 1.0
    wide, high = result.width or 1, result.height or 1
    plane = in_plane(scale, wide, high)
    area = wide * high * per_px**2 if plane is None else plane.area_mm2
    cracks = [
        (
            classes.name_of(width_of(found, scale is not None))
            if isinstance(found, Crack)
            else REGION,
            length_of(found, scale),
        )
        for found in result.found
    ]
    return _Sized(folder_of(result.path), classes.unit, area, tuple(cracks))


def _rows(folder: str, photos: Sequence[_Sized], classes: WidthClasses) -> Iterator[Quantity]:
    lengths: dict[str, list[float]] = {name: [] for name in classes.all_names}
    for photo in photos:
        for name, length in photo.cracks:
            lengths[name].append(length)
    area = sum(photo.area for photo in photos)
    total = [length for found in lengths.values() for length in found]
    yield _row(folder, classes.unit, ALL_WIDTHS, len(photos), total, area)
    for name, found in lengths.items():
        if found:
            yield _row(folder, classes.unit, name, len(photos), found, area)


def _row(
    folder: str, unit: Unit, name: str, photos: int, lengths: Iterable[float], area: float
) -> Quantity:
    found = list(lengths)
    total = sum(found)
    if unit == "px":
        return Quantity(folder, unit, name, photos, len(found), None, None, total, None)
    metres, square = total / _MM_PER_M, area / _MM_PER_M**2
    return Quantity(folder, unit, name, photos, len(found), square, metres, None, metres / square)
