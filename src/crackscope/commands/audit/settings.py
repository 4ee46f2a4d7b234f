"""The settings of `crackscope data audit`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.options import ByContent, NotIdentity, at_least, check, one_place


@dataclass(frozen=True)
class AuditConfig:
    """Find duplicates, label errors and unreadable files in labelled data."""

    data: ByContent[Path]
    """Labelled patches: a folder, a zip file or a CSV manifest."""
    _: KW_ONLY
    reader: NotIdentity[str] = "auto"
    """Layout of the data. Default: auto, detected from the folder."""
    crack_class: NotIdentity[str | None] = None
    """Class folder that holds the cracks, if its name does not say so."""
    out: NotIdentity[Path | None] = None
    """Results folder. Default: runs/audit/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the results folder in runs/audit."""
    exist_ok: NotIdentity[bool] = False
    """Allow a folder that holds finished results."""
    suspicious: int = 48
    """Number of likely label errors to show, most suspicious first."""
    workers: NotIdentity[int | None] = None
    """Files to read in parallel. Default: one per core."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            at_least("suspicious", self.suspicious, 1),
            at_least("workers", self.workers, 1),
        )
