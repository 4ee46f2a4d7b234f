"""The settings of `crackscope data audit`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.arguments.rules import at_least, check, one_place
from crackscope.options import ByContent, NotIdentity


@dataclass(frozen=True)
class AuditConfig:
    """Look for what is wrong with labelled data, before training on it."""

    data: ByContent[Path]
    """Labelled folder, zip or CSV manifest."""
    _: KW_ONLY
    reader: NotIdentity[str] = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: NotIdentity[str | None] = None
    """Which class folder holds the cracks, where the names do not tell."""
    out: NotIdentity[Path | None] = None
    """Folder for the report; else runs/audit/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run below runs/audit."""
    exist_ok: NotIdentity[bool] = False
    """Write into a folder that holds finished results."""
    suspicious: int = 48
    """How many of the most suspicious labels the sheet shows."""
    workers: NotIdentity[int | None] = None
    """Files read at once; else one for each core."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            at_least("suspicious", self.suspicious, 1),
            at_least("workers", self.workers, 1),
        )
