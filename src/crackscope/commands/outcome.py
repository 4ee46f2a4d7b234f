"""What a command hands back: for people, for programs, and for the shell."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """The end of a command.

    `text` is the short summary for a person, `path` the results (the last line on stdout), `data`
    what `--json` prints: a list is printed as JSON Lines, anything else as one document.
    """

    text: str
    path: Path | None = None
    data: Any = None
    exit_code: int = 0
    failed: Sequence[str] = field(default=())
