"""Pixel pitch relative to the focal length, from the EXIF of a photo."""

import math
from dataclasses import dataclass
from typing import Any

from crackscope.images import exif
from crackscope.measurement.scale.scale import Notice
from crackscope.measurement.scale.sensors import sensor_width_mm
from crackscope.types import Photo

_FOCAL_LENGTH, _FOCAL_LENGTH_35 = 0x920A, 0xA405
_PIXELS_X, _PIXELS_Y = 0xA002, 0xA003
_PLANE_X, _PLANE_UNIT = 0xA20E, 0xA210
_UNIT_MM = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
"""Inch and cm as defined by EXIF; mm and µm as written by some cameras. Default: inch."""
_DIAGONAL_35 = 43.27
"""Diagonal in mm of 36 x 24, to which equivalent focal lengths refer (CIPA DCG-001)."""
_ASPECT = 0.02
_PLAUSIBLE_MM = (1.0, 100.0)
"""Range of sensor widths, from small phones to large format."""

FOCAL_FRACTION = 0.02
"""Relative standard uncertainty of a focal length in EXIF, which is nominal, for infinity."""
SENSOR_FRACTION = 0.005
"""Relative standard uncertainty of a sensor width, which is rounded, and not fully used."""
EQUIVALENT_FRACTION = 0.01
"""The same of an equivalent focal length, in addition to its rounding: diagonal or width, crop."""


@dataclass(frozen=True, slots=True)
class Pitch:
    """Pixel pitch by focal length, with its relative standard uncertainty.

    `focal_mm` is 0 if only the ratio is known.
    """

    ratio: float
    relative: float
    focal_mm: float
    origin: str


def pitch_of(
    photo: Photo, focal_mm: float | None = None, sensor_mm: float | None = None
) -> Pitch | Notice:
    """The pitch from the first known source, or a notice of what is missing.

    Sources: the given values, EXIF's focal plane resolution, the table of sensors, the equivalent
    focal length.
    """
    details = _details(photo)
    if _is_cropped(photo, details):
        return Notice("cropped", f"{photo.path} was cropped, so distance gives no scale")
    focal = focal_mm or _number(details, _FOCAL_LENGTH)
    camera = photo.metadata.camera if photo.metadata else None
    table = sensor_width_mm(camera)
    widths = (
        (sensor_mm, "given sensor width"),
        (_focal_plane_mm(photo, details), "EXIF focal plane resolution"),
        (table, "sensor width from the table"),
    )
    if focal:
        for width, origin in widths:
            if width:
                return _by_sensor(photo, focal, width, origin)
    equivalent = _number(details, _FOCAL_LENGTH_35)
    if equivalent and focal_mm is None and sensor_mm is None:
        return _by_equivalent(photo, equivalent, focal or 0.0)
    return _missing(photo, camera, focal)


def _by_sensor(photo: Photo, focal: float, width: float, origin: str) -> Pitch:
    relative = math.hypot(FOCAL_FRACTION, SENSOR_FRACTION)
    return Pitch(width / max(photo.width, photo.height) / focal, relative, focal, origin)


def _by_equivalent(photo: Photo, equivalent: float, focal: float) -> Pitch:
    """The pitch from the equivalent focal length, a whole number for a diagonal of 36 x 24 mm."""
    ratio = _DIAGONAL_35 / math.hypot(photo.width, photo.height) / equivalent
    rounding = 0.5 / math.sqrt(3) / equivalent
    relative = math.hypot(FOCAL_FRACTION, math.hypot(rounding, EQUIVALENT_FRACTION))
    return Pitch(ratio, relative, focal, "EXIF focal length in 35 mm film")


def _missing(photo: Photo, camera: str | None, focal: float | None) -> Notice:
    if not focal:
        text = f"{photo.path} has no focal length in EXIF. To use the distance, give it in mm"
        return Notice("no_focal_length", text)
    text = (
        f"unknown sensor width of the camera of {photo.path} ({camera or 'not named'}). To use the "
        "distance, give it in mm"
    )
    return Notice("unknown_sensor", text)


def _details(photo: Photo) -> dict[int, Any]:
    try:
        return exif.parse(photo.exif).get_ifd(exif.EXIF)
    except Exception:  # noqa: BLE001  (EXIF is free-form: a broken one may raise anything)
        return {}


def _number(details: dict[int, Any], tag: int) -> float | None:
    """The value of a tag, if it is a finite number above 0."""
    try:
        value = float(details[tag])
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if math.isfinite(value) and value > 0 else None


def _is_cropped(photo: Photo, details: dict[int, Any]) -> bool:
    """Whether the aspect ratio of the photo differs from that of the original."""
    taken = _number(details, _PIXELS_X), _number(details, _PIXELS_Y)
    if taken[0] is None or taken[1] is None:
        return False
    was = max(taken[0], taken[1]) / min(taken[0], taken[1])
    now = max(photo.width, photo.height) / min(photo.width, photo.height)
    return abs(was / now - 1) > _ASPECT


def _focal_plane_mm(photo: Photo, details: dict[int, Any]) -> float | None:
    """The longer side of the photo on the sensor in mm; None if it is not plausible."""
    resolution = _number(details, _PLANE_X)
    unit = _UNIT_MM.get(int(_number(details, _PLANE_UNIT) or 2))
    if resolution is None or unit is None:
        return None
    taken = [_number(details, tag) or 0.0 for tag in (_PIXELS_X, _PIXELS_Y)]
    width = (max(taken) or max(photo.width, photo.height)) / resolution * unit
    return width if _PLAUSIBLE_MM[0] <= width <= _PLAUSIBLE_MM[1] else None
