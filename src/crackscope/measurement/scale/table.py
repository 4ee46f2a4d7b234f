"""Scales of photos and folders from a CSV file."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar, Self

from crackscope import tables
from crackscope.errors import DatasetError, UsageError
from crackscope.measurement.lens import Lens
from crackscope.measurement.scale.given import LARGEST, given
from crackscope.measurement.scale.numbers import check_0_or_more, check_above_0
from crackscope.measurement.scale.scale import ASSUMED_TILT_DEG, Answer
from crackscope.measurement.scale.source import SOURCES
from crackscope.types import Photo

_MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class Entry:
    """One row: a photo or folder, and its scale; `u95` is None if the cell is empty."""

    mm_per_px: float
    u95: float | None = None


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
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise UsageError(f"a table of scales must be under 100 MB. Received: {path}")
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            raise UsageError(f"the table of scales {text!r} cannot be read: {error}") from error
        return cls(read_table(content, path.name, path.parent.as_posix()))

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """The scale of the photo's row, else of the nearest parent folder with a row."""
        path = PurePosixPath(_normal(photo.path))
        for name in (path, *path.parents):
            entry = self.entries.get(str(name))
            if entry is not None:
                return Answer(given("table", entry.mm_per_px, entry.u95, self.tilt_deg))
        return Answer()


def read_table(content: bytes, name: str, folder: str = "") -> dict[str, Entry]:
    """Read scales from CSV with the columns path, mm_per_px and, optionally, u95 (mm per pixel).

    Relative paths are also taken relative to `folder`. One UsageError lists all invalid rows.
    """
    try:
        rows = tables.read(content, name, ("path", "mm_per_px"))
    except DatasetError as error:
        raise UsageError(str(error)) from error
    found: dict[str, Entry] = {}
    wrong: list[str] = []
    for line, cells in rows:
        try:
            path, entry = _normal(cells["path"].strip()), _entry(cells)
            if not cells["path"].strip() or found.get(path, entry) != entry:
                raise UsageError(f"path must be given exactly once. Received: {cells['path']!r}")
            found[path] = entry
        except UsageError as error:
            wrong.append(f"line {line}: {error}")
    if wrong or not found:
        listed = "; ".join(wrong[:5]) or "it has no rows"
        raise UsageError(f"{name} must give mm_per_px for photos or folders: {listed}")
    below = {_normal(f"{folder}/{path}"): entry for path, entry in found.items() if folder}
    return {**below, **found}


def _normal(path: str) -> str:
    """The path with / as separator and without `.`, as in PurePosixPath."""
    return str(PurePosixPath(path.replace("\\", "/")))


def _entry(cells: dict[str, str]) -> Entry:
    scale = check_above_0(_number(cells["mm_per_px"]), "mm_per_px", LARGEST)
    text = cells.get("u95", "").strip()
    return Entry(scale, check_0_or_more(_number(text), "u95", LARGEST) if text else None)


def _number(text: str) -> float:
    """The number in a cell; a decimal comma is allowed."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise UsageError(f"must be a number. Received: {text!r}") from error
