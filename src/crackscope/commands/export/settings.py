"""The settings of `crackscope export`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.options import ByContent, NotIdentity, check, one_place, positive


@dataclass(frozen=True)
class ExportConfig:
    """Export a model to another format, and check that the scores are equal."""

    model: ByContent[str]
    """crackscope (the built-in model), a bundle folder or a run folder."""
    _: KW_ONLY
    format: str = "onnx"
    """Format: onnx or h5."""
    limit: NotIdentity[float] = 1e-5
    """Largest accepted difference of a score."""
    out: NotIdentity[Path | None] = None
    """Results folder. Default: runs/export/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the results folder in runs/export."""
    exist_ok: NotIdentity[bool] = False
    """Allow a folder that holds other or finished results."""

    def __post_init__(self) -> None:
        check(positive("limit", self.limit), one_place(self.out, self.name))
