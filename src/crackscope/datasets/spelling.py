"""Names of files in tables, as people and spreadsheets write them, and the files that they mean."""

import os
import unicodedata
from collections.abc import Callable, Iterator


def meant(name: str, exists: Callable[[str], bool]) -> str:
    """The path, joined with /, that a name in a table stands for.

    The name as it stands where `exists` knows it: it may hold a backslash. Else with slashes for
    the backslashes of Windows, without blanks around it, in the Unicode form of another system, or
    with the bytes that an older encoding has for its letters. Where none exists: with slashes.
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
