"""The settings of `crackscope plan`."""

import re
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Literal

from crackscope.arguments.rules import Rule, check

_WIDTH = re.compile(r"(\d+(?:\.\d+)?)\s*(?:mm)?")
_TWO = re.compile(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class PlanConfig:
    """Plan photos: distance, lens and number, for the narrowest crack that you want to measure."""

    width: float | str
    """Narrowest crack, in mm, such as 0.2mm."""
    _: KW_ONLY
    photo: Path | None = None
    """A photo of your camera, whose EXIF says its lens and sensor."""
    camera: str | None = None
    """Make and model, as EXIF names them: its sensor is looked up in a table."""
    sensor_mm: float | None = None
    """Width of the sensor, its longer side, in mm."""
    pixels: str | None = None
    """Size of its photos, such as 6000x4000; else that of --photo."""
    focal_length_mm: float | None = None
    """Focal length; else that of --photo, or found from the distance."""
    distance_mm: float | None = None
    """Distance to the surface; else found from the focal length."""
    purpose: Literal["measure", "show"] = "measure"
    """What the photos are for: to measure such a crack it has to be 2 px wide, to show it 1 px."""
    area: str | None = None
    """Surface to be covered, width and height in m, such as 12x3.5."""
    overlap: float = 0.3
    """Fraction that neighbouring photos share."""
    speed_m_s: float | None = None
    """Speed of the camera along the surface, as of a drone, in m/s."""
    exposure_s: float | None = None
    """Exposure time in seconds; it needs the speed."""
    f_number: float | None = None
    """Aperture, such as 8, for what is sharp."""

    def __post_init__(self) -> None:
        check(
            (self.width_mm is not None, f"width must be mm, as in 0.2mm. Received: {self.width!r}"),
            _pair("pixels", self.pixels),
            _pair("area", self.area),
            (
                self.photo is not None or self.pixels is not None,
                "plan needs a camera: a photo of it, or its pixels with its sensor_mm (or camera)",
            ),
            (
                self.photo is None or self.pixels is None,
                "photo and pixels both say the size: give one of the two",
            ),
            (
                self.camera is None or self.sensor_mm is None,
                "camera and sensor_mm both say the sensor: give one of the two",
            ),
        )

    @property
    def width_mm(self) -> float | None:
        """The width as a number; None where it is none."""
        found = _WIDTH.fullmatch(str(self.width).strip().lower())
        return float(found[1]) if found and float(found[1]) > 0 else None


def two(text: str) -> tuple[float, float]:
    """The numbers of a text that keeps the rule of pairs."""
    found = _TWO.fullmatch(text.lower())
    if found is None:
        raise ValueError(f"no pair: {text!r}")
    return float(found[1]), float(found[2])


def _pair(name: str, text: str | None) -> Rule:
    rule = f"{name} must be two numbers, as in 6000x4000. Received: {text!r}"
    return text is None or _TWO.fullmatch(text.lower()) is not None, rule
