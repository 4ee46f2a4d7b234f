"""Find the photos that PHOTO|FOLDER|GLOB arguments mean."""

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crackscope.errors import UsageError

_IMAGE = re.compile(
    r"\.(jpe?g|jpe|jfif|mpo|png|tiff?|webp|bmp|dib|gif|jp2|j2k|jpx|p[bgnp]m|avif|hei[cf]|hif"
    r"|dng|nef|cr[23]|arw|raf|orf|rw2)",  # the last line cannot be read, and is to fail by name
    re.IGNORECASE,
)
_MAC_SHADOW = "._"
"""Macs write such a file beside every photo on a foreign card; it holds no picture."""
_OUR_FILES = frozenset({"run.json", "results.jsonl"})


@dataclass(frozen=True, slots=True)
class Source:
    """One photo to inspect.

    `name` is its path as given, joined with / below a folder; `relative` is the part below the
    argument that it was found through.
    """

    path: Path
    name: str
    relative: str


@dataclass(frozen=True, slots=True)
class Found:
    """All photos in order, and how many other files were passed over."""

    photos: tuple[Source, ...]
    passed_over: int


def find(arguments: Sequence[str]) -> Found:
    """Photos in the order of the arguments, folders sorted; each file once, however often named.

    A folder is walked to its end, links are followed once, and files without an image extension
    are counted and passed over. A file named by hand is always taken. Raises UsageError where an
    argument does not exist, all of them at once, or where no photo is found.
    """
    missing = [name for name in arguments if not os.path.lexists(name) and not _matches(name)]
    if missing:
        raise UsageError(f"no such photo, folder or match: {', '.join(map(repr, missing))}")
    search = _Search(several=len(arguments) > 1)
    photos = tuple(source for name in arguments for source in search.argument(name))
    if not photos:
        raise UsageError(
            f"no photo found in {', '.join(arguments)} "
            f"({search.passed_over} files without an image extension were passed over)"
        )
    return Found(photos, search.passed_over)


def _matches(pattern: str) -> list[str]:
    if not glob.has_magic(pattern):
        return []
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  (Path refuses "../*.jpg")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # it may not even be looked at: reading it gives the reason
        return False


class _Search:
    """Remembers what has been seen, so that nothing is taken or walked twice."""

    def __init__(self, several: bool) -> None:
        self.passed_over = 0
        self._several = several
        self._seen: set[str] = set()

    def argument(self, given: str) -> Iterator[Source]:
        if os.path.lexists(given):
            yield from self._named(given)
            return
        for match in _matches(given):
            if _is_folder(Path(match)) or self._is_photo(match):
                yield from self._named(match)

    def _named(self, given: str) -> Iterator[Source]:
        path = Path(given)
        if not _is_folder(path):
            yield from self._once(Source(path, given, path.name))
            return
        prefix = given.rstrip(os.sep + (os.altsep or ""))
        below = f"{path.resolve().name}/" if self._several else ""
        yield from self._folder(path, f"{prefix}/", below)

    def _folder(self, folder: Path, prefix: str, below: str) -> Iterator[Source]:
        if not self._first_time(folder):
            return
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError:  # reading it later gives the reason, as for a photo
            yield Source(folder, prefix.rstrip("/"), below.rstrip("/") or folder.name)
            return
        ours = _OUR_FILES.issubset(names)
        for name in names:
            path = folder / name
            if _is_folder(path):
                if not (ours and name == "overlays"):
                    yield from self._folder(path, f"{prefix}{name}/", f"{below}{name}/")
            elif self._is_photo(name):
                yield from self._once(Source(path, prefix + name, below + name))

    def _is_photo(self, name: str) -> bool:
        base = Path(name).name
        is_photo = _IMAGE.fullmatch(Path(base).suffix) is not None and not base.startswith(
            _MAC_SHADOW
        )
        self.passed_over += not is_photo
        return is_photo

    def _once(self, source: Source) -> Iterator[Source]:
        if self._first_time(source.path):
            yield source

    def _first_time(self, path: Path) -> bool:
        real = os.path.normcase(os.path.realpath(path))
        first = real not in self._seen
        self._seen.add(real)
        return first
