"""Scale from two points a known distance apart: the ends of a ruler or a crack-gauge card."""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

from crackscope.errors import UsageError
from crackscope.measurement.lens import Lens
from crackscope.measurement.scale.numbers import (
    check_0_or_more,
    check_above_0,
    inside,
    numbers,
    split,
)
from crackscope.measurement.scale.scale import ASSUMED_TILT_DEG, Answer, without_plane
from crackscope.measurement.scale.source import SOURCES
from crackscope.types import Photo

CLICK_PX = 1.0
"""Standard uncertainty of a clicked point, in x and y."""
READING_MM = 0.2
"""Standard uncertainty of a length read from a ruler with marks every 0.5 mm, both ends."""


@SOURCES.register("two-points")
@dataclass(frozen=True)
class TwoPoints:
    """Two points (x, y) in pixels of the photo, `mm` apart.

    Relative uncertainty: √2 clicks by the distance in pixels, and the reading by the distance in
    mm. Two points define no plane, so the assumed tilt is added.
    """

    usage: ClassVar[str] = "x1,y1,x2,y2=mm"
    first: tuple[float, float]
    second: tuple[float, float]
    mm: float
    tilt_deg: float = ASSUMED_TILT_DEG
    click_px: float = CLICK_PX
    reading_mm: float = READING_MM

    def __post_init__(self) -> None:
        check_above_0(self.mm, "the mm between two points")
        check_0_or_more(self.click_px, "click_px", 1000)
        check_0_or_more(self.reading_mm, "reading_mm")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `x1,y1,x2,y2=mm`."""
        points, mm = split(text, f"two points, {cls.usage}")
        x1, y1, x2, y2 = numbers(points, 4, f"two points, {cls.usage}")
        return cls((x1, y1), (x2, y2), numbers(mm, 1, f"two points, {cls.usage}")[0])

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """The scale from the distance of the points; raises UsageError if they are equal."""
        points = inside((self.first, self.second), photo, "two points")
        if lens is not None:
            points = lens.for_photo(photo.width, photo.height).undistort(points)
        distance = math.dist(points[0], points[1])
        if not distance >= 2 * max(self.click_px, 1):
            raise UsageError(
                "two points must be apart, ideally by half of the photo. Received: "
                f"{list(self.first)} and {list(self.second)}"
            )
        relative = math.hypot(math.sqrt(2) * self.click_px / distance, self.reading_mm / self.mm)
        return Answer(without_plane("two-points", self.mm / distance, relative, self.tilt_deg))
