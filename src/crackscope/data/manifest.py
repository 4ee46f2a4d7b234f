"""A data set as rows (path, label, source photo, data set, licence, split), and as CSV."""

import csv
import dataclasses
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackscope import hashing
from crackscope.data.source import Source
from crackscope.errors import DatasetError, ImageError
from crackscope.images.read import decode
from crackscope.types import Box, Patch, Pixels

COLUMNS = ("path", "label", "group", "dataset", "licence", "split")
BOX_COLUMNS = ("x0", "y0", "x1", "y1")
_SHOWN = 10


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures and where to read them."""

    name: str
    licence: str
    patches: tuple[Patch, ...]
    source: Source = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.patches)

    @property
    def root(self) -> Path:
        """The folder or zip that the paths are relative to."""
        return self.source.root

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """(N,) int64: 1 crack, 0 sound."""
        return np.array([patch.label for patch in self.patches], dtype=np.int64)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over key, label and bytes of every patch, whatever their order."""
        paths = sorted({patch.path for patch in self.patches})
        digests = {path: self._digest(path) for path in paths}
        rows = sorted([patch.key, patch.label, digests[patch.path]] for patch in self.patches)
        return hashing.of_value(rows)

    def read_bytes(self, patch: Patch) -> bytes:
        """The file or zip member that holds the patch; raises ImageError."""
        try:
            return self.source.read_bytes(patch.path)
        except FileNotFoundError:
            raise ImageError("not_found", f"{patch.path} does not exist") from None
        except PermissionError:
            raise ImageError("not_permitted", f"{patch.path} may not be read") from None
        except OSError as error:
            raise ImageError("unreadable", f"{patch.path}: {error}") from error

    def read_pixels(self, patch: Patch) -> Pixels:
        """(H, W, 3) uint8 upright RGB, cut to the patch's box; raises ImageError."""
        return cut(decode(self.read_bytes(patch), patch.path).pixels, patch)

    def of(self, patches: Iterable[Patch]) -> "Dataset":
        """The same files with other rows: a part of them, or with a split."""
        return dataclasses.replace(self, patches=tuple(patches))

    def _digest(self, path: str) -> str:
        try:
            return hashing.of_bytes(self.source.read_bytes(path))
        except OSError as error:
            return f"unreadable: {type(error).__name__}"


def cut(pixels: Pixels, patch: Patch) -> Pixels:
    """The patch's box of its picture; raises ImageError where the box lies outside."""
    if patch.box is None:
        return pixels
    (height, width), box = pixels.shape[:2], patch.box
    if box.x1 > width or box.y1 > height:
        message = f"{patch.path}: the box {box.to_list()} leaves the picture of {width}x{height}"
        raise ImageError("unreadable", message)
    return pixels[box.y0 : box.y1, box.x0 : box.x1]


def to_csv(patches: Iterable[Patch]) -> str:
    """CSV text with the columns path, label, group, dataset, licence, split, x0, y0, x1, y1.

    The box columns are left out where no patch has a box; undecodable bytes of file names stay as
    surrogates, so write it with `errors="surrogateescape"`.
    """
    rows = list(patches)
    columns = COLUMNS + (BOX_COLUMNS if any(row.box is not None for row in rows) else ())
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        box = zip(BOX_COLUMNS, row.box.to_list(), strict=True) if row.box is not None else ()
        writer.writerow({**{name: getattr(row, name) for name in COLUMNS}, **dict(box)})
    return text.getvalue()


def read_rows(content: bytes, name: str, required: Iterable[str]) -> list[dict[str, str]]:
    """The rows of a CSV; raises DatasetError where it is not one or lacks a required column."""
    text = content.decode("utf-8-sig", "surrogateescape")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = [{key: value or "" for key, value in row.items() if key} for row in reader]
        columns = reader.fieldnames or ()
    except csv.Error as error:
        raise DatasetError(f"{name} cannot be read as CSV: {error}") from error
    missing = [column for column in required if column not in columns]
    if missing:
        raise DatasetError(
            f"{name} must have the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
            f"Received: {', '.join(columns) or 'nothing'}"
        )
    return rows


def box_of(row: Mapping[str, str]) -> Box | None:
    """The box in the columns x0, y0, x1, y1; None where they are empty, ValueError where bad."""
    values = [row.get(name, "") for name in BOX_COLUMNS]
    return Box(*map(int, values)) if any(values) else None


def apply_split(dataset: Dataset, manifest: Path) -> Dataset:
    """The rows of `dataset` that a CSV with the columns path and split names, with that split.

    A row without a box stands for every patch of its file. Patches that the CSV does not name are
    left out. Raises DatasetError with all that is wrong: paths that the data does not hold, one
    path on two sides, a split other than train, val and test.
    """
    try:
        rows = read_rows(manifest.read_bytes(), str(manifest), ("path", "split"))
    except OSError as error:
        raise DatasetError(f"the manifest {manifest} cannot be read: {error}") from error
    sides, problems = _sides(rows)
    known = {patch.key for patch in dataset.patches} | {patch.path for patch in dataset.patches}
    problems += [f"{key!r} is not in {dataset.root}" for key in sides if key not in known]
    raise_all(str(manifest), problems)
    named = (patch for patch in dataset.patches if patch.key in sides or patch.path in sides)
    return dataset.of(
        dataclasses.replace(patch, split=sides.get(patch.key) or sides[patch.path])
        for patch in named
    )


def raise_all(name: str, problems: list[str]) -> None:
    """Raise one DatasetError with the first ten problems and their number, if there are any."""
    if problems:
        more = f"\n  … and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        shown = "".join(f"\n  {problem}" for problem in problems[:_SHOWN])
        raise DatasetError(f"{name} has {len(problems)} problems:{shown}{more}")


def _sides(rows: list[dict[str, str]]) -> tuple[dict[str, str], list[str]]:
    sides: dict[str, str] = {}
    problems: list[str] = []
    for line, row in enumerate(rows, start=2):
        path, side = row["path"].replace("\\", "/"), row["split"]
        try:
            key = Patch(path, 0, split=side, box=box_of(row)).key
        except ValueError as error:
            problems.append(f"line {line}: {error}")
            continue
        if side == "":
            problems.append(f"line {line}: split must be train, val or test. Received: ''")
        elif sides.setdefault(key, side) != side:
            problems.append(f"line {line}: {key!r} is on two sides, {sides[key]} and {side}")
    return sides, problems
