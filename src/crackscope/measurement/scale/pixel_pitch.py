"""From the EXIF of a photo: how large its pixels are on the sensor, for the focal length."""

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
"""Inch and cm as EXIF defines; mm and µm as some cameras write. Inch is the default."""
_DIAGONAL_35 = 43.27
"""mm: of 36 x 24, which equivalent focal lengths refer to (CIPA DCG-001)."""
_ASPECT = 0.02
_PLAUSIBLE_MM = (1.0, 100.0)
"""Widths of sensors, from small phones to large format."""

FOCAL_FRACTION = 0.02
"""Standard uncertainty of a focal length as EXIF gives it: nominal, and set at infinity."""
SENSOR_FRACTION = 0.005
"""Standard uncertainty of a sensor's width: rounded, and not all of it used."""
EQUIVALENT_FRACTION = 0.01
"""Of an equivalent focal length, beside its rounding: by diagonal or by width, and cropped."""


@dataclass(frozen=True, slots=True)
class Pitch:
    """Width of a pixel as a fraction of the focal length, and of that the standard uncertainty as a
    fraction; `focal_mm` is 0 where only their ratio is known."""

    ratio: float
    relative: float
    focal_mm: float
    origin: str


def pitch_of(
    photo: Photo, focal_mm: float | None = None, sensor_mm: float | None = None
) -> Pitch | Notice:
    """The pitch by the first that is known: what is given, EXIF's focal plane, the table of
    sensors, the equivalent focal length; else a notice that says what is missing."""
    details = _details(photo)
    if _is_cropped(photo, details):
        return Notice("cropped", f"{photo.path} was cropped: its distance gives no scale")
    focal = focal_mm or _number(details, _FOCAL_LENGTH)
    camera = photo.metadata.camera if photo.metadata else None
    table = sensor_width_mm(camera)
    widths = (
        (sensor_mm, "sensor width as given"),
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
    """The diagonal of the photo is that of 36 x 24 mm at the equivalent length, a whole number."""
    ratio = _DIAGONAL_35 / math.hypot(photo.width, photo.height) / equivalent
    rounding = 0.5 / math.sqrt(3) / equivalent
    relative = math.hypot(FOCAL_FRACTION, math.hypot(rounding, EQUIVALENT_FRACTION))
    return Pitch(ratio, relative, focal, "EXIF focal length in 35 mm film")


def _missing(photo: Photo, camera: str | None, focal: float | None) -> Notice:
    if not focal:
        text = f"{photo.path} has no focal length in its EXIF: give it, to use the distance"
        return Notice("no_focal_length", text)
    text = (
        f"the sensor width of the camera of {photo.path}, {camera or 'which is not named'}, is "
        "unknown: give it in mm, to use the distance"
    )
    return Notice("unknown_sensor", text)


def _details(photo: Photo) -> dict[int, Any]:
    try:
        return exif.parse(photo.exif).get_ifd(exif.EXIF)
    except Exception:  # noqa: BLE001  (EXIF is free-form: a broken one may raise anything)
        return {}


def _number(details: dict[int, Any], tag: int) -> float | None:
    """The value of a tag, where it is a finite number above 0."""
    try:
        value = float(details[tag])
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return value if math.isfinite(value) and value > 0 else None


def _is_cropped(photo: Photo, details: dict[int, Any]) -> bool:
    """Whether the photo has other proportions than the one that the camera took."""
    taken = _number(details, _PIXELS_X), _number(details, _PIXELS_Y)
    if taken[0] is None or taken[1] is None:
        return False
    was = max(taken[0], taken[1]) / min(taken[0], taken[1])
    now = max(photo.width, photo.height) / min(photo.width, photo.height)
    return abs(was / now - 1) > _ASPECT


def _focal_plane_mm(photo: Photo, details: dict[int, Any]) -> float | None:
    """The longer side of what the photo shows on the sensor; None where it is not plausible."""
    resolution = _number(details, _PLANE_X)
    unit = _UNIT_MM.get(int(_number(details, _PLANE_UNIT) or 2))
    if resolution is None or unit is None:
        return None
    taken = [_number(details, tag) or 0.0 for tag in (_PIXELS_X, _PIXELS_Y)]
    width = (max(taken) or max(photo.width, photo.height)) / resolution * unit
    return width if _PLAUSIBLE_MM[0] <= width <= _PLAUSIBLE_MM[1] else None
