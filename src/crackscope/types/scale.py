"""How many millimetres of the surface a pixel of a photo is, and who says so."""

from dataclasses import dataclass

from crackscope.types.box import require
from crackscope.types.document import Document


@dataclass(frozen=True, slots=True)
class PhotoScale(Document):
    """The scale of a photo, as its result has it.

    `source` names what it comes from, such as mm_per_px where it was given; `u95` is the half-width
    of its 95 % interval, in mm per pixel too, None where nobody said how sure it is. Where cracks
    were measured, `smallest_shown_mm` and `smallest_measured_mm` are the narrowest that the photo
    can show, and can measure. `residual_mm` says how far, in root mean square, the sides of a
    marker lie from straight lines.
    """

    source: str
    mm_per_px: float
    u95: float | None = None
    smallest_shown_mm: float | None = None
    smallest_measured_mm: float | None = None
    residual_mm: float | None = None

    def __post_init__(self) -> None:
        require(bool(self.source), "a scale has a source", self.source)
        require(0 < self.mm_per_px < float("inf"), "a scale is above 0", self.mm_per_px)
        rule = "the half-width of an interval is not negative"
        require(self.u95 is None or self.u95 >= 0, rule, self.u95)

    def __str__(self) -> str:
        interval = "" if self.u95 is None else f" ± {self.u95:.2g}"
        return f"{self.mm_per_px:.4g}{interval} mm per px"
