"""Report formats, one module each.

To add a format, add a module named after it here, and register its function with
`@REPORTS.register("name")`. results.jsonl is not a format: it is always written, and every format
can be generated from it later.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from crackscope.errors import UsageError
from crackscope.registry import Registry
from crackscope.reporting.context import Context
from crackscope.types import PhotoResult


class Write(Protocol):
    """Writes results in one format."""

    def __call__(self, results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
        """Write atomically into the folder `dest`; returns the files."""
        ...


__all__ = ["REPORTS", "Context", "Write", "chosen"]

REPORTS: Registry[Write] = Registry("report", __name__)


def chosen(names: str) -> list[Write]:
    """The formats of a comma-separated list, in order, without repetition.

    Raises UnknownNameError with the nearest name, UsageError if the list is empty, and
    MissingExtraError if a package is missing, so that a long run does not fail at its end.
    """
    wanted = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    if not wanted:
        known = ", ".join(REPORTS.names())
        raise UsageError(f"report must name at least one of: {known}. Received: {names!r}")
    formats = [REPORTS.get(name) for name in wanted]
    for name in wanted:
        for package in REPORTS.needs(name).split():
            from crackscope import extras

            extras.check(package, REPORTS.extra(name), f"write the report {name!r}")
    return formats
