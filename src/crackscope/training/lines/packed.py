"""Packed training data: one .npz file with image files.

Five arrays: `content`, the concatenated bytes of all files; `ends` (N,), where each ends; `kinds`
(N,); `materials` (N,) of surfaces; `names` (N,), for reference.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.errors import DatasetError
from crackscope.types import Pixels

Kind = Literal["cracked", "sound", "surface", "shape"]
"""A cracked or a sound patch; a larger image of a sound surface; the shape of a real crack."""
KINDS: tuple[Kind, ...] = get_args(Kind)


class File(NamedTuple):
    """One file with its bytes; `material` is "" if unknown."""

    name: str
    kind: Kind
    material: str
    content: bytes


@dataclass(frozen=True)
class Packed:
    """The content of a packed file, by kind and row."""

    content: bytes
    ends: NDArray[np.int64]
    kinds: NDArray[np.str_]
    materials: NDArray[np.str_]
    names: NDArray[np.str_]

    def rows(self, kind: Kind) -> NDArray[np.int64]:
        """The rows of all files of a kind."""
        return np.flatnonzero(self.kinds == kind)

    def file(self, row: int) -> bytes:
        """The bytes of one file."""
        start = int(self.ends[row - 1]) if row else 0
        return self.content[start : int(self.ends[row])]

    def pixels(self, row: int) -> Pixels:
        """One image, (H, W, 3) uint8 RGB."""
        with Image.open(io.BytesIO(self.file(row))) as image:
            return np.asarray(image.convert("RGB"))


def write(path: Path, files: Iterable[File]) -> None:
    """Pack files into one, in the given order."""
    names, kinds, materials, contents = zip(*files, strict=True)
    np.savez(
        path,
        content=np.frombuffer(b"".join(contents), np.uint8),
        ends=np.cumsum([len(content) for content in contents]),
        kinds=np.array(kinds),
        materials=np.array(materials),
        names=np.array(names),
    )


def read(path: Path) -> Packed:
    """The content of a packed file; raises DatasetError for any other file."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = Packed(
                arrays["content"].tobytes(),
                arrays["ends"],
                arrays["kinds"],
                arrays["materials"],
                arrays["names"],
            )
    except (OSError, ValueError, KeyError) as error:
        raise DatasetError(f"{path} is not a packed training data file: {error}") from error
    unknown = set(found.kinds.tolist()) - set(KINDS)
    if unknown:
        raise DatasetError(
            f"kinds must be among {', '.join(KINDS)}. Received: {', '.join(sorted(unknown))}"
        )
    return found
