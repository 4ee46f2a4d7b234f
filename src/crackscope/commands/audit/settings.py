"""The settings of `crackscope data audit`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.arguments.rules import at_least, check, one_place


@dataclass(frozen=True)
class AuditConfig:
    """Look for what is wrong with labelled data, before training on it."""

    data: Path
    """Labelled folder, zip or CSV manifest."""
    _: KW_ONLY
    reader: str = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: str | None = None
    """Which class folder holds the cracks, where the names do not tell."""
    out: Path | None = None
    """Folder for the report; else runs/audit/NAME."""
    name: str | None = None
    """Name of the run below runs/audit."""
    exist_ok: bool = False
    """Write into a folder that holds finished results."""
    suspicious: int = 48
    """How many of the most suspicious labels the sheet shows."""
    workers: int | None = None
    """Files read at once; else one for each core."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            at_least("suspicious", self.suspicious, 1),
            at_least("workers", self.workers, 1),
        )
