"""The settings of `crackscope measure-check`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Literal

from crackscope.options import ByContent, NotIdentity, at_least_0, check, one_place, positive


@dataclass(frozen=True)
class MeasureCheckConfig:
    """Check the accuracy of widths measured with your camera: print a sheet of lines, photograph
    it, compare."""

    photos: ByContent[tuple[str, ...]] = ()
    """Photos of the printed sheet, or folders of them. Without photos, the sheet is written."""
    _: KW_ONLY
    paper: Literal["a4", "letter"] = "a4"
    """Paper size of the sheet."""
    truth: ByContent[Path | None] = None
    """CSV with the columns width_mm and printed_mm: the widths of printed lines under a
    microscope."""
    truth_u95_mm: float | None = None
    """Uncertainty of the printed widths in mm: half of the 95 % interval. Default: one printer
    dot."""
    print_dpi: float = 1200.0
    """Printer resolution in dots per inch."""
    calibration: ByContent[Path | None] = None
    """Lens calibration: an OpenCV calibration file (YAML)."""
    max_megapixels: NotIdentity[float] = 250.0
    """Size limit. Larger photos are rejected before decoding."""
    out: NotIdentity[Path | None] = None
    """Folder for the sheet or the results. Default: runs/measure-check/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the results folder in runs/measure-check."""
    exist_ok: NotIdentity[bool] = False
    """Allow a folder that holds other or finished results."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            at_least_0("truth_u95_mm", self.truth_u95_mm),
            positive("print_dpi", self.print_dpi),
            positive("max_megapixels", self.max_megapixels),
        )
