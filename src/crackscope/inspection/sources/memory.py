"""Photos in memory, given to `crackscope.inspect` instead of a path."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.errors import UsageError
from crackscope.images.memory import Picture, is_picture, name_of, photo_of
from crackscope.inspection.sources import PhotoSource
from crackscope.types import Photo

OnePhoto = str | PathLike[str] | Picture
"""A path (for the command also a folder, glob or URL) or an image."""


@dataclass(frozen=True, slots=True, eq=False)
class PhotoInMemory(PhotoSource):
    """An image in memory, converted on demand."""

    picture: Picture

    def stamp(self) -> tuple[int, int | str]:
        """Size of its pixels in bytes, and their hash."""
        try:
            pixels = np.asarray(self.picture)
        except Exception:  # noqa: BLE001  (a damaged file that Pillow opened: `photo` says why)
            return 0, 0
        content = np.ascontiguousarray(pixels)
        return content.nbytes, hashlib.sha256(content.data.cast("B")).hexdigest()

    def photo(self, max_megapixels: float) -> Photo:
        """See `PhotoSource`."""
        return photo_of(self.picture, self.name, max_megapixels)

    def content(self, max_megapixels: float) -> bytes:
        """Never called: `photo` returns the photo."""
        raise NotImplementedError


def flat(photos: Iterable[Any]) -> Iterator[OnePhoto]:
    """Flatten lists of paths and images; raises UsageError for anything else."""
    for photo in photos:
        if isinstance(photo, str | PathLike) or is_picture(photo):
            yield photo
        elif isinstance(photo, Iterable) and not isinstance(photo, bytes | Mapping):
            yield from flat(photo)
        else:
            raise UsageError(
                "a photo must be a path, a Pillow image, a NumPy array, or a list of these. "
                f"Received: {photo!r:.80} ({type(photo).__name__})"
            )


def named(photos: Iterable[Any]) -> dict[str, PhotoSource | None]:
    """Arguments for `find`, in order: paths, and unique names of images with their photos."""
    given = list(flat(photos))
    taken = {fspath(photo) for photo in given if not is_picture(photo)}
    found: dict[str, PhotoSource | None] = {}
    for photo in given:
        if is_picture(photo):
            name = _free(name_of(photo), taken)
            taken.add(name)
            found[name] = PhotoInMemory(name, Path(name).name, photo)
        else:
            found[fspath(photo)] = None
    return found


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
