"""Scales of photos and folders from a CSV file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import ClassVar, Self

from crackscope import tables
from crackscope.errors import DatasetError, UsageError
from crackscope.measurement.lens import Lens
from crackscope.measurement.scale.given import LARGEST, given
from crackscope.measurement.scale.numbers import check_0_or_more, check_above_0, numbers
from crackscope.measurement.scale.rectangle import Rectangle
from crackscope.measurement.scale.scale import ASSUMED_TILT_DEG, Answer
from crackscope.measurement.scale.source import SOURCES
from crackscope.measurement.scale.two_points import TwoPoints
from crackscope.types import Photo

Points = TwoPoints | Rectangle
COLUMNS = ("path", "mm_per_px", "u95", "two_points", "corners", "click_px", "photo_size")
"""The columns; only `path` and one of `_SCALES` are required."""
_SCALES = ("mm_per_px", "two_points", "corners")
_POINTS: dict[str, Callable[[str], Points]] = {
    "two_points": TwoPoints.parse,
    "corners": Rectangle.parse,
}
_MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class Number:
    """A row with a number; `u95` is None if the cell is empty."""

    mm_per_px: float
    u95: float | None = None


@dataclass(frozen=True)
class Clicked:
    """A row with points in a photo of `size` (width, height); None if the cell is empty."""

    points: Points
    size: tuple[int, int] | None = None

    def measure(self, photo: Photo, lens: Lens | None) -> Answer:
        """The scale by the points; raises UsageError if they belong to a photo of another size."""
        if self.size not in (None, (photo.width, photo.height)):
            raise UsageError(
                "points must be those of the photo as it is now. Received: points in a photo of "
                f"{self.size}, and the photo has {(photo.width, photo.height)} px. Mark it again"
            )
        return self.points.measure(photo, lens)


Entry = Number | Clicked


@SOURCES.register("table")
@dataclass(frozen=True)
class Table:
    """Scales of photos and folders by path, separated by /; the longest matching path is used.

    Create one with `read_table` or `Table.parse`.
    """

    usage: ClassVar[str] = "FILE.csv"
    entries: dict[str, Entry]
    tilt_deg: float = ASSUMED_TILT_DEG

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a CSV file; its paths are as given to crackscope, or relative to its folder."""
        path = Path(text)
        content = content_of(path)
        if content is None:
            raise UsageError(f"the table of scales {text!r} cannot be read: it does not exist")
        return cls(read_table(content, path.name, path.parent.as_posix()))

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """The scale of the photo's row, else of the nearest parent folder with a row."""
        path = PurePosixPath(normal(photo.path))
        for name in (path, *path.parents):
            entry = self.entries.get(str(name))
            if isinstance(entry, Clicked):
                return entry.measure(photo, lens)
            if entry is not None:
                return Answer(given("table", entry.mm_per_px, entry.u95, self.tilt_deg))
        return Answer()


def content_of(path: Path) -> bytes | None:
    """The bytes of a table; None if there is no such file. Raises UsageError if it is too large or
    cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(f"the table of scales {str(path)!r} cannot be read: {error}") from error
    if len(content) > _MOST_BYTES:
        raise UsageError(
            f"a table of scales must have at most {_MOST_BYTES / 1e6:.0f} MB. Received: {path}"
        )
    return content


def read_table(content: bytes, name: str, folder: str = "") -> dict[str, Entry]:
    """Read scales from CSV: `path`, and one of mm_per_px (with u95, optional), two_points, corners.

    Points are written as in the flags, with their standard uncertainty `click_px` and the
    `photo_size` WIDTHxHEIGHT, both optional. Rows without a scale are skipped, except if none has
    one. Relative paths are also taken relative to `folder`. One UsageError lists all invalid rows.
    """
    found: dict[str, Entry] = {}
    wrong: list[str] = []
    for line, cells in _rows(content, name):
        try:
            path, entry = normal(cells["path"].strip()), _entry(cells)
            if not cells["path"].strip() or (entry and found.get(path, entry) != entry):
                raise UsageError(f"path must be given exactly once. Received: {cells['path']!r}")
        except UsageError as error:
            wrong.append(f"line {line}: {error}")
            continue
        if entry is not None:
            found[path] = entry
    if wrong or not found:
        listed = "; ".join(wrong[:5]) or "it has no rows with one"
        raise UsageError(f"{name} must give a scale for photos or folders: {listed}")
    below = {normal(f"{folder}/{path}"): entry for path, entry in found.items() if folder}
    return {**below, **found}


def row_of(path: str, entry: Entry) -> tuple[str, ...]:
    """The cells of a row, in the order of `COLUMNS`; the inverse of `read_table`."""
    values = _number_cells(entry) if isinstance(entry, Number) else _clicked_cells(entry)
    cells = {"path": tables.quoted(path), **values}
    return tuple(cells.get(column, "") for column in COLUMNS)


def _number_cells(entry: Number) -> dict[str, str]:
    interval = "" if entry.u95 is None else repr(entry.u95)
    return {"mm_per_px": repr(entry.mm_per_px), "u95": interval}


def _clicked_cells(entry: Clicked) -> dict[str, str]:
    points = entry.points
    size = "" if entry.size is None else "{}x{}".format(*entry.size)
    cells = {"click_px": repr(points.click_px), "photo_size": size}
    if isinstance(points, TwoPoints):
        return {"two_points": f"{_joined(points.first, points.second)}={points.mm!r}", **cells}
    sides = f"{points.width_mm!r}x{points.height_mm!r}"
    return {"corners": f"{_joined(*points.corners)}={sides}", **cells}


def _joined(*points: tuple[float, float]) -> str:
    return ",".join(map(repr, chain(*points)))


def _rows(content: bytes, name: str) -> list[tables.Row]:
    try:
        rows = tables.read(content, name, ("path",))
    except DatasetError as error:
        raise UsageError(str(error)) from error
    if rows and not any(column in rows[0][1] for column in _SCALES):
        raise UsageError(
            f"{name} must have the column path and one of {', '.join(_SCALES)}. "
            f"Received: {', '.join(rows[0][1])}"
        )
    return rows


def normal(path: str) -> str:
    """The path with / as separator and without `.`, as in PurePosixPath."""
    return str(PurePosixPath(path.replace("\\", "/")))


def _entry(cells: dict[str, str]) -> Entry | None:
    """The scale of a row; None for a row that has none yet."""
    filled = [column for column in _SCALES if cells.get(column, "").strip()]
    if not filled:
        return None
    if len(filled) > 1:
        raise UsageError(f"a row must have one scale. Received: {', '.join(filled)}")
    column, text = filled[0], cells[filled[0]]
    if column in _POINTS:
        return _clicked(_POINTS[column](text), cells)
    scale = check_above_0(_number(text), "mm_per_px", LARGEST)
    interval = cells.get("u95", "").strip()
    return Number(scale, check_0_or_more(_number(interval), "u95", LARGEST) if interval else None)


def _clicked(points: Points, cells: dict[str, str]) -> Clicked:
    click, size = (cells.get(name, "").strip() for name in ("click_px", "photo_size"))
    if click:
        points = replace(points, click_px=_number(click))
    if not size:
        return Clicked(points)
    width, height = (
        round(check_above_0(side, "photo_size"))
        for side in numbers(size.lower().replace("x", ","), 2, "photo_size, WIDTHxHEIGHT")
    )
    return Clicked(points, (width, height))


def _number(text: str) -> float:
    """The number in a cell; a decimal comma is allowed."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise UsageError(f"must be a number. Received: {text!r}") from error
