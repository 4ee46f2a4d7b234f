"""Scale from the distance between camera and surface, with lens and sensor from EXIF."""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

from crackscope.errors import UsageError
from crackscope.measurement.lens import Lens
from crackscope.measurement.scale.numbers import check_0_or_more, check_above_0, numbers
from crackscope.measurement.scale.pixel_pitch import Pitch, pitch_of
from crackscope.measurement.scale.scale import (
    ASSUMED_TILT_DEG,
    Answer,
    Notice,
    Scale,
    without_plane,
)
from crackscope.measurement.scale.source import SOURCES
from crackscope.types import Photo

FRACTION = 0.01
"""Relative standard uncertainty of a distance measured by tape or laser."""
REFERENCE_MM = 20 / math.sqrt(3)
"""Standard uncertainty in mm: the reference point on the camera is within 20 mm of the lens's."""
MOST_MM = 1e6


@SOURCES.register("distance")
@dataclass(frozen=True)
class Distance:
    """`mm` from the camera to the surface, along the optical axis.

    mm per pixel = pitch (distance - f) / f, for a thin lens. The uncertainty combines distance,
    focal length, sensor width (pixel_pitch) and the assumed tilt; `u95_mm` is the half-width of the
    95 % interval of the distance, if known. `focal_length_mm` and `sensor_width_mm` (the longer
    side) override EXIF.
    """

    usage: ClassVar[str] = "MM"
    mm: float
    u95_mm: float | None = None
    focal_length_mm: float | None = None
    sensor_width_mm: float | None = None
    tilt_deg: float = ASSUMED_TILT_DEG

    def __post_init__(self) -> None:
        check_above_0(self.mm, "the distance in mm", MOST_MM)
        if self.u95_mm is not None:
            check_0_or_more(self.u95_mm, "the u95 of the distance in mm", MOST_MM)
        if self.focal_length_mm is not None:
            check_above_0(self.focal_length_mm, "the focal length in mm", 1e4)
        if self.sensor_width_mm is not None:
            check_above_0(self.sensor_width_mm, "the sensor width in mm", 1e3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse text such as `1500`."""
        return cls(numbers(text, 1, f"a distance, {cls.usage}")[0])

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """The scale, or a notice if focal length or sensor is unknown.

        A calibration contains the focal length in pixels, and replaces both.
        """
        pitch = _calibrated(photo, lens) or pitch_of(
            photo, self.focal_length_mm, self.sensor_width_mm
        )
        return Answer(notices=(pitch,)) if isinstance(pitch, Notice) else Answer(self._scale(pitch))

    def _scale(self, pitch: Pitch) -> Scale:
        beyond = self.mm - pitch.focal_mm
        if beyond <= pitch.focal_mm:
            raise UsageError(
                "the distance must be over twice the focal length, which is "
                f"{pitch.focal_mm:g} mm. Received: {self.mm:g} mm"
            )
        own = math.hypot(FRACTION * self.mm, REFERENCE_MM)
        if self.u95_mm is not None:
            own = self.u95_mm / 2
        relative = math.hypot(own / beyond, pitch.relative)
        return without_plane("distance", pitch.ratio * beyond, relative, self.tilt_deg)


def _calibrated(photo: Photo, lens: Lens | None) -> Pitch | None:
    if lens is None:
        return None
    focal = lens.for_photo(photo.width, photo.height).focal
    return Pitch(1 / math.sqrt(focal[0] * focal[1]), 0.005, 0.0, "calibration")
