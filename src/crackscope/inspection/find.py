"""Find the photos that the arguments refer to."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from crackscope.errors import MissingExtraError, UsageError
from crackscope.inspection.sources import PhotoSource, Search, kind_of
from crackscope.inspection.sources.files import PhotoFile
from crackscope.skipped import in_words

__all__ = ["Found", "PhotoSource", "find", "look", "say_skipped"]

_LOG = logging.getLogger("crackscope")
STDIN = frozenset({"-", "stdin://"})
"""Arguments for a list on standard input."""
_INCLUDE = "To inspect one of them, name it explicitly"


@dataclass(frozen=True, slots=True)
class Found:
    """The photos in order, the number of other files, and the skipped places."""

    photos: tuple[PhotoSource, ...]
    passed_over: int
    skipped: tuple[str, ...] = ()


def find(
    arguments: Sequence[str],
    every: float | None = None,
    given: Mapping[str, PhotoSource | None] = MappingProxyType({}),
) -> Found:
    """Find photos in the order of the arguments, folders sorted, each file once.

    Arguments are photos, folders, globs, zip files, URLs, videos (sampled every `every` seconds),
    and `-` for a list of these on standard input. Names in `given` stand for the photos there.
    Folders are searched recursively, links are followed once, and files without an image extension
    are counted and skipped. A file that is named explicitly is always included. Raises UsageError
    with all missing arguments at once, or if no photo is found.
    """
    found = look(arguments, every, given)
    say_skipped(found)
    if not found.photos:
        raise UsageError(
            f"no photo found in {', '.join(arguments)} "
            f"({found.passed_over} files without an image extension were skipped; videos must be "
            "named explicitly, with --every, e.g. --every 1s"
            f"{f'; {in_words(found.skipped, _INCLUDE)}' if found.skipped else ''})"
        )
    return found


def look(
    arguments: Sequence[str],
    every: float | None = None,
    given: Mapping[str, PhotoSource | None] = MappingProxyType({}),
) -> Found:
    """Like `find`, but finding no photo is not an error."""
    search = Search(len(arguments) > 1 or not STDIN.isdisjoint(arguments), every)
    photos: list[PhotoSource] = []
    missing: list[str] = []
    for argument in arguments:
        if (photo := given.get(argument)) is not None:
            photos.append(photo)
            continue
        try:
            photos += _listed(search) if argument in STDIN else _named(argument, search)
        except MissingExtraError:
            raise
        except UsageError as error:
            missing.append(str(error))
    if missing:
        raise UsageError("; ".join(missing))
    return Found(tuple(photos), search.passed_over, tuple(search.skipped))


def say_skipped(found: Found) -> None:
    """Warn about skipped places, if any."""
    if found.skipped and found.photos:
        _LOG.warning("%s", in_words(found.skipped, _INCLUDE))


def _named(argument: str, search: Search) -> Iterator[PhotoSource]:
    return kind_of(argument).find(argument, search)


def _listed(search: Search) -> Iterator[PhotoSource]:
    """A missing path in a list becomes a failed photo: lists may be outdated."""
    from crackscope.inspection.sources import listed

    for path in listed.parse(listed.read()):
        _say_above(path)
        if "://" in path or os.path.lexists(path):
            yield from _named(path, search)
        elif search.first_time(path):
            yield PhotoFile(path, Path(path).name, Path(path))


def _say_above(path: str) -> None:
    """Warn if a line of a list is a parent of the working folder, which is rarely intended."""
    if os.path.isdir(path) and Path.cwd().is_relative_to(Path(path).resolve()):  # noqa: PTH112
        _LOG.warning(
            "the list contains %r, a parent of the working folder: inspecting all photos in %s",
            path,
            Path(path).resolve(),
        )
