"""Resolves file names in tables, as people and spreadsheets write them, to existing files."""

import os
import unicodedata
from collections.abc import Callable, Iterator


def meant(name: str, exists: Callable[[str], bool]) -> str:
    """The path, joined with /, that a name in a table refers to.

    Returns the first spelling that `exists`: the name itself, which may contain a backslash; with
    backslashes replaced by slashes; stripped of blanks; in another Unicode normal form; or in the
    bytes of Windows-1252. If none exists: the name with slashes.
    """
    if name.isascii() and "\\" not in name and name == name.strip():
        return name
    found = (path for path in _spellings(name) if exists(path))
    return next(found, name.replace("\\", "/"))


def _spellings(name: str) -> Iterator[str]:
    for path in (name, name.replace("\\", "/"), name.strip().replace("\\", "/")):
        yield path
        for form in ("NFC", "NFD"):
            yield unicodedata.normalize(form, path)
        try:
            yield os.fsdecode(path.encode("cp1252"))
        except UnicodeEncodeError:
            continue
