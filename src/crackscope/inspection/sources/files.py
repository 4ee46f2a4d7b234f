"""Photos, folders (walked to their end) and globs of this machine."""

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crackscope.errors import ImageError, SourceGoneError, UsageError
from crackscope.images.files import content_of
from crackscope.inspection.sources.source import Search, Source

_OUR_FILES = frozenset({"run.json", "results.jsonl"})
_OUR_PICTURES = frozenset({"overlays", "thumbnails"})


@dataclass(frozen=True, slots=True)
class PhotoFile(Source):
    """A file; `root` is the folder that it was found in through, where there is one."""

    path: Path
    root: Path | None = None

    def stamp(self) -> tuple[int, int]:
        """Size and time of the last change in nanoseconds."""
        try:
            state = self.path.stat()
        except (OSError, ValueError):
            return 0, 0
        return state.st_size, state.st_mtime_ns

    def local(self) -> Path | None:
        """See `Source`."""
        return self.path

    def content(self, max_megapixels: float) -> bytes:
        """See `Source`; a root without a single entry is a drive that was pulled out."""
        try:
            return content_of(self.path, max_megapixels)
        except ImageError:
            if self.root is not None and _is_gone(self.root):
                raise gone(self.root) from None
            raise


def gone(place: Path | str) -> SourceGoneError:
    """For what held photos when the run began."""
    return SourceGoneError(
        f"{place} is gone, or empty: connect it again and give the same command to go on. "
        "What was finished is kept"
    )


class Files:
    """Takes any argument, as a path of this machine."""

    def recognises(self, argument: str) -> bool:
        """Always."""
        return True

    def find(self, argument: str, search: Search) -> Iterator[Source]:
        """A file named by hand is always taken, one in a folder or a glob if it is a photo."""
        if os.path.lexists(argument):
            return _named(argument, search)
        matches = matching(argument)
        if not matches:
            raise UsageError(f"no such photo, folder or match: {argument!r}")
        return (
            source
            for match in matches
            if _is_folder(Path(match)) or search.takes(Path(match).as_posix())
            for source in _named(match, search)
        )


def matching(pattern: str) -> list[str]:
    """The paths that a glob means, sorted."""
    if not glob.has_magic(pattern):
        return []
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  (Path refuses "../*.jpg")


def _named(given: str, search: Search) -> Iterator[Source]:
    path = Path(given)
    if _is_folder(path):
        prefix = given.rstrip(os.sep + (os.altsep or ""))
        below = f"{path.resolve().name}/" if search.several else ""
        yield from _Walk(search, path).folder(path, f"{prefix}/", below)
    elif search.first_time(_place(path)):
        yield PhotoFile(given, path.name, path)


@dataclass(frozen=True)
class _Walk:
    """One folder of the arguments."""

    search: Search
    root: Path

    def folder(self, folder: Path, prefix: str, below: str) -> Iterator[Source]:
        if not self.search.first_time(_place(folder)):
            return
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError:  # reading it later gives the reason, as for a photo
            yield PhotoFile(prefix.rstrip("/"), below.rstrip("/") or folder.name, folder)
            return
        ours = _OUR_FILES.issubset(names)
        for name in names:
            path = folder / name
            if _is_folder(path):
                if not (ours and name in _OUR_PICTURES):
                    yield from self.folder(path, f"{prefix}{name}/", f"{below}{name}/")
            elif self.search.takes(name) and self.search.first_time(_place(path)):
                yield PhotoFile(prefix + name, below + name, path, self.root)


def _place(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # it may not even be looked at: reading it gives the reason
        return False


def _is_gone(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is None
    except OSError:
        return True
