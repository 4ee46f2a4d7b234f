"""What is left on disk after an inspection: one file a format.

A new format is one new file here, named after it, with its function under
`@REPORTS.register("name")`. results.jsonl is no format: it is always written, and
every format can be made from it later.
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
    """What a report may say beside the results.

    `folder` is that of the inspection; `overlays` gives the overlay of each photo that was found,
    by its path in the results, relative to that folder and joined with `/`; `settings` are what
    the verdicts were made with; `card` is the model card, Markdown, and `with_card` whether formats
    that are printed have it, too. `cover` is what their head says.
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
        """How the results were made, name and value, for a table."""
        passed_over = {"files passed over (no picture by their extension)": self.passed_over}
        skipped = {"skipped (trash, thumbnails, hidden, crackscope's own output)": self.skipped}
        values = {"model": self.model, **self.settings, **passed_over, **skipped}
        return [
            (name, f"{value:.4g}" if isinstance(value, float) else str(value))
            for name, value in values.items()
        ]


class Write(Protocol):
    """Writes results in one format."""

    def __call__(self, results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
        """Write into the folder `dest`, each file whole or not at all; returns the files."""
        ...


REPORTS: Registry[Write] = Registry("report", __name__)


def chosen(names: str) -> list[Write]:
    """The formats of a list joined by commas, each once, in its order.

    Raises UnknownNameError with the nearest name, UsageError where there is none at all, and
    MissingExtraError where a package is missing: all before hours of work.
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
