"""Report formats, one module each.

To add a format, add a module named after it here, and register its function with
`@REPORTS.register("name")`. results.jsonl is not a format: it is always written, and every format
can be generated from it later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from crackscope.errors import UsageError
from crackscope.registry import Registry
from crackscope.reporting.cover import Cover
from crackscope.types import PhotoResult


@dataclass(frozen=True)
class Context:
    """Information for reports beside the results.

    `folder` is the results folder of the inspection. `overlays` maps the path of each photo in the
    results to its overlay, relative to `folder` and joined with `/`. `settings` are the settings of
    the inspection, `card` is the model card in Markdown, `with_card` adds it to printed formats,
    `cover` is the head of each report.
    """

    model: str
    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    overlays: Mapping[str, str] = field(default_factory=dict)
    passed_over: int = 0
    card: str = ""
    skipped: int = 0
    cover: Cover = field(default_factory=Cover)
    with_card: bool = False

    def facts(self) -> list[tuple[str, str]]:
        """Name and value of each fact about how the results were made, for a table."""
        passed_over = {"other files (no image extension)": self.passed_over}
        skipped = {"skipped (trash, thumbnails, hidden files, crackscope results)": self.skipped}
        values = {"model": self.model, **self.settings, **passed_over, **skipped}
        return [
            (name, f"{value:.4g}" if isinstance(value, float) else str(value))
            for name, value in values.items()
        ]


class Write(Protocol):
    """Writes results in one format."""

    def __call__(self, results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
        """Write atomically into the folder `dest`; returns the files."""
        ...


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
