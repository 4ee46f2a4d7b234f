"""What a command hands back: for people, for programs, and for the shell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crackscope.errors import GateError, ImageError


@dataclass(frozen=True, repr=False)
class Outcome:
    """The end of a command.

    `text` is the short summary for a person, `path` the results (the last line on stdout), `data`
    what `--json` prints: a list is printed as JSON Lines, anything else as one document. `failed`
    names the inputs that could not be read; `gate` says which gate was not met. `repeated`: there
    was nothing left to do, since the same command had finished before.
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
        """0, 3 where some inputs failed, 4 for a gate; whatever else ends a command is raised."""
        if self.gate:
            return GateError.exit_code
        if self.repeated:
            return 0
        return ImageError.exit_code if self.failed else 0
