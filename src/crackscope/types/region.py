"""A cracked region: the result of models that score windows but do not trace lines."""

from dataclasses import dataclass, replace
from typing import Annotated

from crackscope.types.box import Box
from crackscope.types.document import Document
from crackscope.types.fields import Mark


@dataclass(frozen=True, slots=True)
class Region(Document):
    """Adjacent windows whose scores reach the threshold.

    `score` is their maximum; `outline` are the corners (x, y) of the polygon, in pixels of the
    upright photo, () if only the box is known; `length_px` is the length of the centre line. Values
    in mm require the photo's ground sampling distance.
    """

    id: int
    box: Annotated[Box, Mark.FLAT]
    score: float
    outline: tuple[tuple[int, int], ...] = ()
    mean_score: float | None = None
    area_px: int | None = None
    length_px: float | None = None
    area_mm2: float | None = None
    length_mm: float | None = None

    def in_mm(self, mm_per_px: float) -> "Region":
        """The same region with length and area in mm, at a ground sampling distance."""
        area = None if self.area_px is None else self.area_px * mm_per_px**2
        length = None if self.length_px is None else self.length_px * mm_per_px
        return replace(self, area_mm2=area, length_mm=length)
