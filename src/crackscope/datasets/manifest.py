"""A data set as a table (path, label, source photo, data set, licence, split), and as CSV."""

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
from crackscope.types import Box, Pixels
from crackscope.types.evaluation import Patch

COLUMNS = ("path", "label", "group", "dataset", "licence", "split")
BOX_COLUMNS = ("x0", "y0", "x1", "y1")
_SHOWN = 10
_FARTHEST = 1e9
"""Maximum coordinate of a box, in pixels."""


@dataclass(frozen=True)
class Dataset:
    """Labelled patches, and the source of their files."""

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
        """SHA-256 over key, label and bytes of every patch, independent of their order."""
        paths = sorted({patch.path for patch in self.patches})
        digests = {path: self._digest(path) for path in paths}
        rows = sorted([patch.key, patch.label, digests[patch.path]] for patch in self.patches)
        return hashing.of_value(rows)

    def read_bytes(self, patch: Patch) -> bytes:
        """The content of the file or zip member of the patch; raises ImageError."""
        try:
            return self.source.read_bytes(patch.path)
        except FileNotFoundError:
            raise ImageError("not_found", f"{patch.path} does not exist") from None
        except PermissionError:
            raise ImageError("not_permitted", f"{patch.path}: permission denied") from None
        except OSError as error:
            raise ImageError("unreadable", f"{patch.path}: {error}") from error

    def read_pixels(self, patch: Patch) -> Pixels:
        """(H, W, 3) uint8 upright RGB, cropped to the patch's box; raises ImageError."""
        return of_patch(decode(self.read_bytes(patch), patch.path).pixels, patch)

    def of(self, patches: Iterable[Patch]) -> "Dataset":
        """The same files with other patches: some of them, or the same with a split."""
        return dataclasses.replace(self, patches=tuple(patches))

    def _digest(self, path: str) -> str:
        try:
            return hashing.of_bytes(self.source.read_bytes(path))
        except OSError as error:
            return f"unreadable: {type(error).__name__}"


def of_patch(pixels: Pixels, patch: Patch) -> Pixels:
    """The pixels of a patch in its image; raises ImageError if the box exceeds the image."""
    if patch.box is None:
        return pixels
    (height, width), box = pixels.shape[:2], patch.box
    if box.x1 > width or box.y1 > height:
        message = (
            f"the box {box.to_list()} exceeds the image size {width}x{height}. Correct the box"
        )
        raise ImageError("unreadable", f"{patch.path}: {message}")
    return pixels[box.y0 : box.y1, box.x0 : box.x1]


def to_csv(patches: Iterable[Patch]) -> bytes:
    """A CSV table with the columns path, label, group, dataset, licence, split, x0, y0, x1, y1.

    The box columns are omitted if no patch has a box.
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
    """The box in the columns x0, y0, x1, y1 (8, 8.0 or 8,0); None if they are empty.

    Raises ValueError if it is not a box in whole pixels.
    """
    cells = [row.get(name, "").strip() for name in BOX_COLUMNS]
    if not any(cells):
        return None
    try:
        sides = [float(cell.replace(",", ".")) for cell in cells]
    except ValueError:
        sides = [float("nan")]
    if not all(abs(side) <= _FARTHEST and side == int(side) for side in sides):
        raise ValueError(
            f"a box must be four whole numbers of pixels. Received: {', '.join(cells)}"
        )
    return Box(*map(int, sides))


def apply_split(dataset: Dataset, manifest: Path) -> Dataset:
    """The patches of `dataset` listed in a CSV with the columns path and split, with that split.

    A row without a box applies to every patch of its file. Patches that are not listed are omitted.
    Raises DatasetError with all problems: unknown paths, a path in two subsets, a split other than
    train, val and test.
    """
    try:
        content = manifest.read_bytes()
    except OSError as error:
        raise DatasetError(f"cannot read the manifest {manifest}: {error}") from error
    known = {patch.key for patch in dataset.patches} | {patch.path for patch in dataset.patches}
    rows = tables.read(content, str(manifest), ("path", "split"))
    subsets, problems = _subsets(rows, {patch.path for patch in dataset.patches})
    problems += [f"{key!r} is not in {dataset.root}" for key in subsets if key not in known]
    raise_all(str(manifest), problems)
    listed = (patch for patch in dataset.patches if patch.key in subsets or patch.path in subsets)
    return dataset.of(
        dataclasses.replace(patch, split=subsets.get(patch.key) or subsets[patch.path])
        for patch in listed
    )


def raise_all(name: str, problems: list[str]) -> None:
    """Raise one DatasetError with the number of problems and the first ten, if there are any."""
    if problems:
        more = f"\n  … and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        shown = "".join(f"\n  {problem}" for problem in problems[:_SHOWN])
        raise DatasetError(f"{name} has {len(problems)} problems:{shown}{more}")


def _subsets(
    rows: Iterable[tables.Row], paths: Collection[str]
) -> tuple[dict[str, str], list[str]]:
    subsets: dict[str, str] = {}
    problems: list[str] = []
    for line, row in rows:
        path, subset = spelling.meant(row["path"], paths.__contains__), row["split"].strip().lower()
        try:
            key = Patch(path, 0, split=subset, box=box_of(row)).key
        except ValueError as error:
            problems.append(f"line {line}: {error}")
            continue
        if subset == "":
            problems.append(f"line {line}: split must be train, val or test. Received: ''")
        elif subsets.setdefault(key, subset) != subset:
            both = f"{subsets[key]} and {subset}"
            problems.append(f"line {line}: {key!r} appears in two subsets, {both}")
    return subsets, problems
