"""What every kind of source gives: photos that know their name and how to get their bytes."""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from crackscope.skipped import outermost
from crackscope.types import Photo

_IMAGE = re.compile(
    r"\.(jpe?g|jpe|jfif|mpo|png|tiff?|webp|bmp|dib|gif|jp2|j2k|jpx|p[bgnp]m|avif|hei[cf]|hif"
    r"|dng|nef|cr[23]|arw|raf|orf|rw2)",  # raw files fail by name, but a DNG with a good preview
    re.IGNORECASE,
)
_MAC_SHADOW = "._"
"""Macs write such a file beside every photo on a foreign card; it holds no picture."""


@dataclass(frozen=True, slots=True)
class Source(ABC):
    """One photo to inspect; may be sent to another process.

    `name` is its path as given, joined with / below a folder; `relative` is the part below the
    argument that it was found through.
    """

    name: str
    relative: str

    @abstractmethod
    def stamp(self) -> tuple[int, int | str]:
        """Size in bytes, and what changes with the content; zeros where nobody may look."""

    def local(self) -> Path | None:
        """The file on this machine, where it is one: a large photo is read from it in parts."""
        return None

    def photo(self, max_megapixels: float) -> Photo | None:
        """The photo itself, where it is no file; raises ImageError where it is none."""
        return None

    @abstractmethod
    def content(self, max_megapixels: float) -> bytes:
        """The bytes of the file; no more than a photo of `max_megapixels` may have are read.

        Raises ImageError where this photo cannot be read, SourceGoneError where none can any more.
        """


def is_photo_name(path: str) -> bool:
    """Whether a path joined with / ends as photos do."""
    name = PurePosixPath(path)
    is_image = _IMAGE.fullmatch(name.suffix) is not None
    return is_image and not name.name.startswith(_MAC_SHADOW)


class Search:
    """What the arguments share: nothing is taken twice, and what is left out is counted.

    `passed_over` counts the files that are no photos, `skipped` names trash, thumbnails and our own
    output, which nobody means (see `crackscope.skipped`).

    `several` arguments keep their folders apart. Videos are looked at `every` so many seconds.
    """

    def __init__(self, several: bool, every: float | None = None) -> None:
        self.several = several
        self.every = every
        self.passed_over = 0
        self.skipped: dict[str, None] = {}
        self._seen: set[str] = set()

    def takes(self, path: str) -> bool:
        """Whether the file at a path joined with / is a photo by its name; others are counted."""
        is_photo = is_photo_name(path)
        self.passed_over += not is_photo
        return is_photo

    def wants(self, path: str, prefix: str, ours: Collection[str]) -> bool:
        """Whether the file at `path`, below what `prefix` says, is a photo that somebody means.

        `ours` are the folders there that crackscope wrote.
        """
        place = outermost(path, ours)
        if place is None or not is_photo_name(path):
            return self.takes(path)
        self.skip(f"{prefix}{place}")
        return False

    def skip(self, place: str) -> None:
        """Note a folder or file that nobody means."""
        self.skipped[place] = None

    def first_time(self, key: str) -> bool:
        """Whether `key`, which stands for one place, is seen for the first time."""
        first = key not in self._seen
        self._seen.add(key)
        return first


class Kind(Protocol):
    """A kind of source."""

    def recognises(self, argument: str) -> bool:
        """Whether the argument is of this kind, judged by a look."""

    def find(self, argument: str, search: Search) -> Iterator[Source]:
        """Its photos in order; raises UsageError where it does not exist."""
