"""Files of an unfinished run: a full disk, or a person, may have damaged them since."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crackscope.errors import DatasetError, UsageError
from crackscope.models.arrays import HEADER_DAMAGED

_DAMAGE = (ValueError, TypeError, KeyError, EOFError, OSError, DatasetError, *HEADER_DAMAGED)
"""What the readers of CSV, JSON, arrays and weights raise."""


@contextmanager
def reading(file: Path, begins_with: Path | None = None) -> Iterator[None]:
    """Raise UsageError where `file` does not hold what was written.

    It says which file to delete, so that the same command does that part again: `begins_with`,
    where it is another one.
    """
    try:
        yield
    except _DAMAGE as error:
        raise UsageError(
            f"{file} is damaged: {error}. Delete {begins_with or 'it'}, and the same command does "
            "again what it held; or give another --out"
        ) from error
