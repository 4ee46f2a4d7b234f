"""What is left on disk after an inspection: one file a format.

A new format is one new file here, with its class under `@REPORTS.register("name")`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from crackscope.registry import Registry, import_plugins
from crackscope.types import PhotoResult


@dataclass(frozen=True)
class Context:
    """What a report may say beside the results.

    `overlays` gives the overlay of a photo by its path in the results, relative to the output
    folder and joined with `/`; `settings` are what the verdicts were made with.
    """

    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    overlays: Mapping[str, str] = field(default_factory=dict)
    passed_over: int = 0


class Report(Protocol):
    """Writes results in one format."""

    def __call__(self, results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
        """Write into the folder `dest`, each file whole or not at all; returns the files."""
        ...


REPORTS: Registry[Report] = Registry("report")


def discover() -> Registry[Report]:
    """The registry with every format of this folder in it."""
    import_plugins(__name__, __path__)
    return REPORTS
