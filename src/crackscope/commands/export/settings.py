"""The settings of `crackscope export`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.arguments.rules import check, one_place, positive
from crackscope.options import ByContent, NotIdentity


@dataclass(frozen=True)
class ExportConfig:
    """Write a model in another format, and prove that it gives the same scores."""

    model: ByContent[str]
    """Bundle folder, run folder, or the word crackscope."""
    _: KW_ONLY
    format: str = "onnx"
    """onnx or h5."""
    limit: NotIdentity[float] = 1e-5
    """Largest difference of a score that is accepted."""
    out: NotIdentity[Path | None] = None
    """Folder for the file; else runs/export/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run below runs/export."""
    exist_ok: NotIdentity[bool] = False
    """Write into a folder that holds finished or other results."""

    def __post_init__(self) -> None:
        check(positive("limit", self.limit), one_place(self.out, self.name))
