"""The settings of `crackscope measure-check`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Literal

from crackscope.arguments.rules import at_least_0, check, one_place, positive
from crackscope.options import ByContent, NotIdentity


@dataclass(frozen=True)
class MeasureCheckConfig:
    """Check what is measured with your camera: print a sheet of lines, photograph it, compare."""

    photos: ByContent[tuple[str, ...]] = ()
    """Photos of the printed sheet, or folders of such; without any the sheet is written."""
    _: KW_ONLY
    paper: Literal["a4", "letter"] = "a4"
    """Paper that the sheet is printed on."""
    truth: ByContent[Path | None] = None
    """CSV with the columns width_mm and printed_mm: what a microscope reads of printed lines."""
    truth_u95_mm: float | None = None
    """How sure the printed widths are, half of a 95 % interval; else a dot of the printer."""
    print_dpi: float = 1200.0
    """Resolution of the printer, dots per inch."""
    calibration: ByContent[Path | None] = None
    """The lens that the photos were taken with: a calibration file of OpenCV, YAML."""
    max_megapixels: NotIdentity[float] = 250.0
    """Larger photos are refused before they are decoded."""
    out: NotIdentity[Path | None] = None
    """Folder for the sheet or the results; else runs/measure-check/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run below runs/measure-check."""
    exist_ok: NotIdentity[bool] = False
    """Write into a folder that holds finished or other results."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            at_least_0("truth_u95_mm", self.truth_u95_mm),
            positive("print_dpi", self.print_dpi),
            positive("max_megapixels", self.max_megapixels),
        )
