"""A data set as rows (path, label, source photo, data set, licence, split), and as CSV."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackscope import hashing, tables
from crackscope.datasets import spelling
from crackscope.datasets.source import Files
from crackscope.errors import DatasetError, ImageError
from crackscope.images.read import decode
from crackscope.types import Box, Patch, Pixels

COLUMNS = ("path", "label", "group", "dataset", "licence", "split")
BOX_COLUMNS = ("x0", "y0", "x1", "y1")
_SHOWN = 10
_FARTHEST = 1e9
"""Pixels; no picture is larger."""


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures and where to read them."""

    name: str
    licence: str
    patches: tuple[Patch, ...]
    source: Files = field(repr=False, compare=False)

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
        return of_patch(decode(self.read_bytes(patch), patch.path).pixels, patch)

    def of(self, patches: Iterable[Patch]) -> "Dataset":
        """The same files with other rows: a part of them, or with a split."""
        return dataclasses.replace(self, patches=tuple(patches))

    def _digest(self, path: str) -> str:
        try:
            return hashing.of_bytes(self.source.read_bytes(path))
        except OSError as error:
            return f"unreadable: {type(error).__name__}"


def of_patch(pixels: Pixels, patch: Patch) -> Pixels:
    """The patch's box of its picture; raises ImageError where the box lies outside."""
    if patch.box is None:
        return pixels
    (height, width), box = pixels.shape[:2], patch.box
    if box.x1 > width or box.y1 > height:
        message = f"{patch.path}: the box {box.to_list()} leaves the picture of {width}x{height}"
        raise ImageError("unreadable", message)
    return pixels[box.y0 : box.y1, box.x0 : box.x1]


def to_csv(patches: Iterable[Patch]) -> bytes:
    """A table with the columns path, label, group, dataset, licence, split, x0, y0, x1, y1.

    The box columns are left out where no patch has a box.
    """
    rows = list(patches)
    boxed = any(row.box is not None for row in rows)
    none = [None] * len(BOX_COLUMNS) if boxed else []
    return tables.write(
        COLUMNS + (BOX_COLUMNS if boxed else ()),
        (
            [*(getattr(row, name) for name in COLUMNS), *(row.box.to_list() if row.box else none)]
            for row in rows
        ),
    )


def box_of(row: Mapping[str, str]) -> Box | None:
    """The box in the columns x0, y0, x1, y1, also as 8.0 or 8,0; None where they are empty.

    Raises ValueError where it is no box of whole pixels.
    """
    cells = [row.get(name, "").strip() for name in BOX_COLUMNS]
    if not any(cells):
        return None
    try:
        sides = [float(cell.replace(",", ".")) for cell in cells]
    except ValueError:
        sides = [float("nan")]
    if not all(abs(side) <= _FARTHEST and side == int(side) for side in sides):
        raise ValueError(f"a box is four whole numbers of pixels. Received: {', '.join(cells)}")
    return Box(*map(int, sides))


def apply_split(dataset: Dataset, manifest: Path) -> Dataset:
    """The rows of `dataset` that a CSV with the columns path and split names, with that split.

    A row without a box stands for every patch of its file. Patches that the CSV does not name are
    left out. Raises DatasetError with all that is wrong: paths that the data does not hold, one
    path on two sides, a split other than train, val and test.
    """
    try:
        content = manifest.read_bytes()
    except OSError as error:
        raise DatasetError(f"the manifest {manifest} cannot be read: {error}") from error
    known = {patch.key for patch in dataset.patches} | {patch.path for patch in dataset.patches}
    rows = tables.read(content, str(manifest), ("path", "split"))
    sides, problems = _sides(rows, {patch.path for patch in dataset.patches})
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


def _sides(rows: Iterable[tables.Row], paths: Collection[str]) -> tuple[dict[str, str], list[str]]:
    sides: dict[str, str] = {}
    problems: list[str] = []
    for line, row in rows:
        path, side = spelling.meant(row["path"], paths.__contains__), row["split"].strip().lower()
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
