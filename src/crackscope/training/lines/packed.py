"""What the training reads: one .npz file that holds pictures, as their files are on disk.

Five arrays: `content`, the bytes of all files, one after the other; `ends` (N,), where each ends;
`kinds` (N,), what it is; `materials` (N,), what a surface is made of; `names` (N,), for the record.
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
"""A cracked or a sound patch; a larger picture of a surface without cracks; the course of a real
crack (`synthesis.shapes`)."""
KINDS: tuple[Kind, ...] = get_args(Kind)


class File(NamedTuple):
    """One picture: its bytes as on disk; `material` is "" where nobody has said it."""

    name: str
    kind: Kind
    material: str
    content: bytes


@dataclass(frozen=True)
class Packed:
    """The pictures of a packed file, by kind and number."""

    content: bytes
    ends: NDArray[np.int64]
    kinds: NDArray[np.str_]
    materials: NDArray[np.str_]
    names: NDArray[np.str_]

    def rows(self, kind: Kind) -> NDArray[np.int64]:
        """The rows of all pictures of a kind."""
        return np.flatnonzero(self.kinds == kind)

    def file(self, row: int) -> bytes:
        """The bytes of one file."""
        start = int(self.ends[row - 1]) if row else 0
        return self.content[start : int(self.ends[row])]

    def pixels(self, row: int) -> Pixels:
        """One picture, (H, W, 3) uint8 RGB."""
        with Image.open(io.BytesIO(self.file(row))) as image:
            return np.asarray(image.convert("RGB"))


def write(path: Path, files: Iterable[File]) -> None:
    """Pack files into one, in their order."""
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
    """The content of a packed file; raises DatasetError for a file of another form."""
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
        raise DatasetError(f"{path} is no packed training data: {error}") from error
    unknown = set(found.kinds.tolist()) - set(KINDS)
    if unknown:
        raise DatasetError(f"kinds must be of {', '.join(KINDS)}. Received: {', '.join(unknown)}")
    return found
