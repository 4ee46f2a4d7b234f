"""Scale given by the user in mm per pixel."""

from dataclasses import dataclass
from typing import ClassVar, Self

from crackscope.measurement.lens import Lens
from crackscope.measurement.scale.numbers import check_0_or_more, check_above_0, numbers
from crackscope.measurement.scale.scale import ASSUMED_TILT_DEG, Answer, Scale, without_plane
from crackscope.measurement.scale.source import SOURCES
from crackscope.types import Photo

FRACTION = 0.02
"""Default relative standard uncertainty of a given scale."""
LARGEST = 1e3


@SOURCES.register("mm-per-px")
@dataclass(frozen=True)
class MmPerPx:
    """A scale for every photo.

    A given `u95` (half-width of the 95 % interval, mm per pixel) is the total uncertainty,
    including tilt. The default is 2 % and the assumed tilt.
    """

    usage: ClassVar[str] = "MM"
    mm_per_px: float
    u95: float | None = None
    tilt_deg: float = ASSUMED_TILT_DEG

    def __post_init__(self) -> None:
        check_above_0(self.mm_per_px, "mm per pixel", LARGEST)
        if self.u95 is not None:
            check_0_or_more(self.u95, "the u95 of mm per pixel", LARGEST)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse text such as `0.1`."""
        return cls(numbers(text, 1, f"mm per pixel, {cls.usage}")[0])

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """The given scale, for any photo."""
        return Answer(given("mm-per-px", self.mm_per_px, self.u95, self.tilt_deg))


def given(source: str, mm_per_px: float, u95: float | None, tilt_deg: float) -> Scale:
    """A given scale, with a given or assumed uncertainty."""
    if u95 is None:
        return without_plane(source, mm_per_px, FRACTION, tilt_deg)
    return Scale(source, mm_per_px, u95)
