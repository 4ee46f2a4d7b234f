"""The commands, one folder each: settings, and the function that the CLI and Python call.

A command takes its settings and returns an Outcome: a summary, data for programs, and an exit code.
It prints only progress and logs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crackscope.errors import GateError, ImageError


@dataclass(frozen=True, repr=False)
class Outcome:
    """The result of a command.

    `text` is a short summary, `path` the results (the last line on stdout), `data` is what `--json`
    prints: a list as JSON Lines, anything else as one document. `failed` names the unreadable
    inputs; `gate` names the gate that was not met. `repeated` is set if the same command had
    finished before and there was nothing to do.
    """

    text: str
    path: Path | None = None
    data: Any = None
    failed: Sequence[str] = field(default=())
    gate: str = ""
    repeated: bool = False

    def __repr__(self) -> str:
        return f"<Outcome {str(self.path)!r}, exit code {self.exit_code}: {self.text[:80]!r}>"

    def __str__(self) -> str:
        return self.text

    @property
    def exit_code(self) -> int:
        """0, or 3 if some inputs failed, or 4 for a gate. All other failures are exceptions."""
        if self.gate:
            return GateError.exit_code
        if self.repeated:
            return 0
        return ImageError.exit_code if self.failed else 0
