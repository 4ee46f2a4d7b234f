"""Sources of photos, and their kinds: one file per kind, tried in the order of `KINDS`.

To add a kind, add one file here, and its name to `KINDS`.
"""

import importlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from crackscope.images.read import is_video_name
from crackscope.skipped import outermost
from crackscope.types import Photo

_IMAGE = re.compile(
    r"\.(jpe?g|jpe|jfif|mpo|png|tiff?|webp|bmp|dib|gif|jp2|j2k|jpx|p[bgnp]m|avif|hei[cf]|hif"
    r"|dng|nef|cr[23]|arw|raf|orf|rw2)",  # raw: only a DNG with a good preview is read
    re.IGNORECASE,
)
_MAC_SHADOW = "._"
"""Macs write such a file beside every photo on foreign drives; it holds no image."""


@dataclass(frozen=True, slots=True)
class PhotoSource(ABC):
    """One photo to inspect; may be sent to another process.

    `name` is its path as given, joined with / below a folder; `relative` is its path relative to
    the argument.
    """

    name: str
    relative: str

    @abstractmethod
    def stamp(self) -> tuple[int, int | str]:
        """Size in bytes, and a value that changes with the content; zeros if not accessible."""

    def local(self) -> Path | None:
        """The local file, if any: large photos are read from it in blocks."""
        return None

    def photo(self, max_megapixels: float) -> Photo | None:
        """The photo itself, if it is not a file; raises ImageError if it is invalid."""
        return None

    @abstractmethod
    def content(self, max_megapixels: float) -> bytes:
        """The bytes of the file, at most as many as a photo of `max_megapixels` may have.

        Raises ImageError if this photo cannot be read, SourceGoneError if none can any more.
        """


def is_photo_name(path: str) -> bool:
    """Whether a path, joined with /, has a photo extension."""
    name = PurePosixPath(path)
    is_image = _IMAGE.fullmatch(name.suffix) is not None
    return is_image and not name.name.startswith(_MAC_SHADOW)


class Search:
    """State shared by the arguments of a search: avoids duplicates and counts skipped files.

    `passed_over` counts the files that are not photos; `skipped` names trash, thumbnails and
    crackscope results (see `crackscope.skipped`). With `several` arguments, their folders are kept
    apart. Videos are sampled every `every` seconds.
    """

    def __init__(self, several: bool, every: float | None = None) -> None:
        self.several = several
        self.every = every
        self.passed_over = 0
        self.skipped: dict[str, None] = {}
        self._seen: set[str] = set()

    def takes(self, path: str) -> bool:
        """Whether a path, joined with /, is a photo by its name; other files are counted."""
        is_photo = is_photo_name(path)
        self.passed_over += not is_photo
        return is_photo

    def wants(self, path: str, prefix: str, ours: Collection[str]) -> bool:
        """Whether the file at `path`, relative to `prefix`, is a photo to inspect.

        `ours` are the results folders there.
        """
        place = outermost(path, ours)
        if place is None or not is_photo_name(path):
            return self.takes(path)
        self.skip(f"{prefix}{place}")
        return False

    def skip(self, place: str) -> None:
        """Record a skipped folder or file."""
        self.skipped[place] = None

    def first_time(self, key: str) -> bool:
        """Whether `key`, which identifies a place, is new."""
        first = key not in self._seen
        self._seen.add(key)
        return first


class Kind(Protocol):
    """A kind of source."""

    def recognises(self, argument: str) -> bool:
        """Whether the argument is of this kind."""

    def find(self, argument: str, search: Search) -> Iterator[PhotoSource]:
        """Its photos in order; raises UsageError if it does not exist."""


@dataclass(frozen=True)
class Home:
    """Location of a kind: class `name` in `module` of this folder, imported only if `may_be`
    accepts the argument by its name."""

    module: str
    name: str
    may_be: Callable[[str], bool]

    def kind(self) -> Kind:
        """Import the kind."""
        module = importlib.import_module(f"{__name__}.{self.module}")
        kind: Kind = getattr(module, self.name)()
        return kind


KINDS: dict[str, Home] = {
    "address": Home("remote", "Addresses", lambda argument: "://" in argument),
    "zip file": Home("archive", "ZipFiles", lambda argument: argument.lower().endswith(".zip")),
    "video": Home("video", "Videos", is_video_name),
    "file, folder or glob": Home("files", "Files", lambda _: True),
}
"""The first kind that recognises an argument takes it; the last takes all others."""


def kind_of(argument: str) -> Kind:
    """The kind of source of an argument."""
    homes = (home for home in KINDS.values() if home.may_be(argument))
    return next(kind for kind in (home.kind() for home in homes) if kind.recognises(argument))
