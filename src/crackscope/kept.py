"""Reads the files of an unfinished run, which may have been damaged since."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crackscope.errors import DatasetError, UsageError
from crackscope.models.untrusted import HEADER_DAMAGED

_DAMAGE = (ValueError, TypeError, KeyError, EOFError, OSError, DatasetError, *HEADER_DAMAGED)
"""Exceptions of the readers of CSV, JSON, arrays and weights."""


@contextmanager
def reading(file: Path, begins_with: Path | None = None) -> Iterator[None]:
    """Raise UsageError if `file` is damaged.

    The message says which file to delete so that the same command computes that step again:
    `begins_with` if given, else `file`.
    """
    try:
        yield
    except _DAMAGE as error:
        raise UsageError(
            f"{file} is damaged: {error}. Delete {begins_with or 'it'} and run the same command "
            "again to recompute that step, or give another --out"
        ) from error
