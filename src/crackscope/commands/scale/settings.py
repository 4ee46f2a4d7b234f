"""The settings of `crackscope scale`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.options import ByContent, NotIdentity, check, one_place, positive


@dataclass(frozen=True)
class ScaleConfig:
    """Mark known lengths in photos, on a page for the browser: two points of a ruler, or the
    corners of a rectangle. Run it again to see what is marked, or to add photos."""

    photos: ByContent[tuple[str, ...]]
    """Photos, folders (searched recursively), globs, zip files, or - to read a list of these from
    standard input."""
    _: KW_ONLY
    max_megapixels: NotIdentity[float] = 250.0
    """Size limit. Larger photos are rejected before decoding, except TIFF and PNG files that can be
    read in blocks."""
    out: NotIdentity[Path | None] = None
    """Results folder. Default: runs/scale/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the results folder in runs/scale."""
    exist_ok: NotIdentity[bool] = False
    """Allow a folder that holds other results."""

    def __post_init__(self) -> None:
        check(one_place(self.out, self.name), positive("max_megapixels", self.max_megapixels))
