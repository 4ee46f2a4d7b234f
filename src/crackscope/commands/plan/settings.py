"""The settings of `crackscope plan`."""

import re
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Literal

from crackscope.options import Rule, check

_WIDTH = re.compile(r"(\d+(?:\.\d+)?)\s*(?:mm)?")
_TWO = re.compile(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class PlanConfig:
    """Plan photos: distance, lens and number of photos for the narrowest crack of interest."""

    width: float | str
    """Narrowest crack to resolve, in mm, e.g. 0.2mm."""
    _: KW_ONLY
    photo: Path | None = None
    """Photo taken with your camera. Its EXIF gives the lens and sensor."""
    camera: str | None = None
    """Camera make and model as in EXIF. The sensor size is looked up in a table."""
    sensor_mm: float | None = None
    """Sensor width (longer side) in mm."""
    pixels: str | None = None
    """Photo size, e.g. 6000x4000. Default: that of --photo."""
    focal_length_mm: float | None = None
    """Focal length in mm. Default: that of --photo, or computed from the distance."""
    distance_mm: float | None = None
    """Distance to the surface in mm. Default: computed from the focal length."""
    purpose: Literal["measure", "show"] = "measure"
    """Purpose of the photos: measure (the crack is at least 2 px wide) or show (1 px)."""
    area: str | None = None
    """Surface to cover, width and height in m, e.g. 12x3.5."""
    overlap: float = 0.3
    """Overlap of neighbouring photos, as a fraction."""
    speed_m_s: float | None = None
    """Camera speed along the surface in m/s, e.g. of a drone."""
    exposure_s: float | None = None
    """Exposure time in seconds. Requires the speed."""
    f_number: float | None = None
    """Aperture (f-number), e.g. 8, for the depth of field."""

    def __post_init__(self) -> None:
        check(
            (
                self.width_mm is not None,
                f"width must be a number of mm, e.g. 0.2mm. Received: {self.width!r}",
            ),
            _pair("pixels", self.pixels),
            _pair("area", self.area),
            (
                self.photo is not None or self.pixels is not None,
                "camera required. Give photo, or pixels with sensor_mm or camera",
            ),
            (
                self.photo is None or self.pixels is None,
                "photo and pixels both give the size: give only one of them",
            ),
            (
                self.camera is None or self.sensor_mm is None,
                "camera and sensor_mm both give the sensor: give only one of them",
            ),
        )

    @property
    def width_mm(self) -> float | None:
        """The width in mm; None if invalid."""
        found = _WIDTH.fullmatch(str(self.width).strip().lower())
        return float(found[1]) if found and float(found[1]) > 0 else None


def two(text: str) -> tuple[float, float]:
    """The two numbers of a text such as 6000x4000."""
    found = _TWO.fullmatch(text.lower())
    if found is None:
        raise ValueError(f"not a pair of numbers: {text!r}")
    return float(found[1]), float(found[2])


def _pair(name: str, text: str | None) -> Rule:
    rule = f"{name} must be two numbers, e.g. 6000x4000. Received: {text!r}"
    return text is None or _TWO.fullmatch(text.lower()) is not None, rule
