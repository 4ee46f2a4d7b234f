"""Photos, folders (searched recursively) and globs on this machine."""

import glob
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from crackscope.errors import ImageError, SourceGoneError, UsageError
from crackscope.images.read import content_of
from crackscope.images.signature import is_our_file
from crackscope.inspection.sources import PhotoSource, Search, is_photo_name
from crackscope.skipped import OWN_PICTURES, STATE, is_ours, is_system

_STATE_ALONE = frozenset({STATE})


@dataclass(frozen=True, slots=True)
class PhotoFile(PhotoSource):
    """A file; `root` is the folder argument it was found in, if any."""

    path: Path
    root: Path | None = None

    def stamp(self) -> tuple[int, int]:
        """Size, and modification time in nanoseconds."""
        try:
            state = self.path.stat()
        except (OSError, ValueError):
            return 0, 0
        return state.st_size, state.st_mtime_ns

    def local(self) -> Path | None:
        """See `PhotoSource`."""
        return self.path

    def content(self, max_megapixels: float) -> bytes:
        """See `PhotoSource`; an empty root means that a drive was disconnected."""
        try:
            return content_of(self.path, max_megapixels)
        except ImageError:
            if self.root is not None and _is_gone(self.root):
                raise gone(self.root) from None
            raise


def gone(place: Path | str) -> SourceGoneError:
    """The error for a source that has disappeared during the run."""
    return SourceGoneError(
        f"{place} is gone, or empty. Reconnect it, then run the same command again to resume. "
        "Finished results are kept"
    )


class Files:
    """Accepts any argument as a local path."""

    def recognises(self, argument: str) -> bool:
        """Always."""
        return True

    def find(self, argument: str, search: Search) -> Iterator[PhotoSource]:
        """A file that is named explicitly is always included; one in a folder or a glob if it is a
        photo."""
        if os.path.lexists(argument):
            return _named(argument, search)
        matches = matching(argument)
        if not matches:
            raise UsageError(f"photo not found, or no match. Received: {argument!r}")
        ours: dict[Path, bool] = {}
        return (
            source
            for match in matches
            if not _skips(argument, match, search, ours)
            if _is_folder(Path(match)) or search.takes(Path(match).as_posix())
            for source in _named(match, search)
        )


def matching(pattern: str) -> list[str]:
    """The paths that match a glob, sorted."""
    if not glob.has_magic(pattern):
        return []
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  (Path refuses "../*.jpg")


def prefix_of(folder: str) -> str:
    """The common prefix of the names of photos in a folder."""
    return f"{folder.rstrip(os.sep + (os.altsep or ''))}/"


def _named(given: str, search: Search) -> Iterator[PhotoSource]:
    path = Path(given)
    if _is_folder(path):
        below = f"{path.resolve().name}/" if search.several else ""
        yield from _Walk(search, path).folder(path, prefix_of(given), below)
    elif search.first_time(_place(path)):
        yield PhotoFile(given, path.name, path)


@dataclass(frozen=True)
class _Walk:
    """The recursive search of one folder argument."""

    search: Search
    root: Path

    def folder(self, folder: Path, prefix: str, below: str) -> Iterator[PhotoSource]:
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError:  # reported on reading, as for a photo
            if self.search.first_time(_place(folder)):
                yield PhotoFile(prefix.rstrip("/"), below.rstrip("/") or folder.name, folder)
            return
        ours = is_ours(names, _reads(folder))
        if ours and folder != self.root:
            self.search.skip(prefix.rstrip("/"))
        elif self.search.first_time(_place(folder)):
            skipped = OWN_PICTURES if ours else frozenset()
            for name in names:
                yield from self._entry(folder / name, prefix, below, skipped)

    def _entry(
        self, path: Path, prefix: str, below: str, skipped: frozenset[str]
    ) -> Iterator[PhotoSource]:
        name = path.name
        is_folder = _is_folder(path)
        if name in skipped or (is_system(name) and (is_folder or is_photo_name(name))):
            self.search.skip(prefix + name)
        elif is_folder:
            yield from self.folder(path, f"{prefix}{name}/", f"{below}{name}/")
        elif is_photo_name(name) and is_our_file(path):
            self.search.skip(prefix + name)
        elif self.search.takes(name) and self.search.first_time(_place(path)):
            yield PhotoFile(prefix + name, below + name, path, self.root)


def _skips(pattern: str, match: str, search: Search, ours: dict[Path, bool]) -> bool:
    """Whether to skip a match in trash, hidden or results folders, unless the pattern itself names
    them.

    `ours` caches which folders are results folders.
    """
    path, named = Path(match), Path(pattern).parts
    for folder in (path, *path.parents):
        if any(word[0] == folder.name[:1] and fnmatch(folder.name, word) for word in named):
            continue
        if folder not in ours:
            ours[folder] = bool(folder.name) and is_ours(_STATE_ALONE, _reads(folder))
        is_photo = folder != path or _is_folder(path) or is_photo_name(match)
        if ours[folder] or (is_system(folder.name) and is_photo):
            search.skip(folder.as_posix())
            return True
    if is_photo_name(match) and is_our_file(path) and match != pattern:
        search.skip(path.as_posix())
        return True
    return False


def _reads(folder: Path) -> Callable[[str], bytes]:
    return lambda name: (folder / name).read_bytes()


def _place(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # not accessible: reported on reading
        return False


def _is_gone(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is None
    except OSError:
        return True
