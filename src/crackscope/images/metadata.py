"""Metadata of a photo from its EXIF: time, position and camera."""

import math
import re
from datetime import datetime
from typing import Any

from PIL import Image
from PIL.ExifTags import Base

from crackscope.images.exif import EXIF, GPS
from crackscope.types import Georeference, Metadata

_GEO_DIRECTORY = 34735
_LATITUDE, _LONGITUDE, _ALTITUDE = 2, 4, 6
_LOWEST_M, _HIGHEST_M = -1000.0, 10000.0
_LONGEST_LENS_MM = 10000.0
_ABOVE, _BELOW = (0, 2), (1, 3)
"""Altitude references; 2 and 3 since EXIF 3.0, relative to sea level."""
_UNITS = (1.0, 60.0, 3600.0)
"""Degrees, minutes, seconds."""


def metadata_of(exif: Image.Exif, turned: bool = False) -> Metadata | None:
    """The metadata, None if there is none; invalid values count as unknown. Never raises.

    A georeference refers to pixels as stored: it is ignored if the image is `turned`.
    """
    if not exif:
        return None
    camera, details, place = exif, _group(exif, EXIF), _group(exif, GPS)
    latitude, longitude = _position(place)
    found = Metadata(
        taken=_time(details.get(Base.DateTimeOriginal), details.get(Base.OffsetTimeOriginal)),
        latitude=latitude,
        longitude=longitude,
        altitude_m=_altitude(place),
        camera=_camera(_value(camera, Base.Make), _value(camera, Base.Model)),
        focal_length_mm=_within(_number(details.get(Base.FocalLength)), 0.1, _LONGEST_LENS_MM),
        georeference=None if turned else _georeference(exif),
    )
    return None if found == Metadata() else found


def _georeference(exif: Image.Exif) -> Georeference | None:
    if _GEO_DIRECTORY not in exif:
        return None
    from crackscope.images.georeference import georeference_of

    return georeference_of(exif)


def _group(exif: Image.Exif, tag: int) -> dict[int, Any]:
    try:
        return exif.get_ifd(tag)
    except Exception:  # noqa: BLE001  (EXIF is free-form: invalid EXIF may raise anything)
        return {}


def _value(exif: Image.Exif, tag: int) -> Any:
    try:
        return exif.get(tag)
    except Exception:  # noqa: BLE001  (as above)
        return None


def _number(value: Any) -> float | None:
    """A finite number from a rational, an integer or a float."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _within(number: float | None, low: float, high: float) -> float | None:
    return number if number is not None and low <= number <= high else None


def _position(place: dict[int, Any]) -> tuple[float, float] | tuple[None, None]:
    latitude = _degrees(place.get(_LATITUDE), _text(place.get(_LATITUDE - 1)), "NS", 90.0)
    longitude = _degrees(place.get(_LONGITUDE), _text(place.get(_LONGITUDE - 1)), "EW", 180.0)
    if latitude is None or longitude is None:
        return None, None
    if latitude == longitude == 0.0:  # written by receivers without a fix
        return None, None
    return latitude, longitude


def _degrees(value: Any, side: str, sides: str, most: float) -> float | None:
    """Signed degrees from degrees, minutes, seconds; None if the hemisphere is missing.

    EXIF has no negative numbers. If there is one, it means the same as S or W, and counts once.
    """
    parts = value if isinstance(value, tuple) else (value,)
    numbers = [number for part in parts[:3] if (number := _number(part)) is not None]
    if side[:1].upper() not in tuple(sides) or not parts or len(numbers) < len(parts[:3]):
        return None
    degrees = sum((abs(part) / unit for part, unit in zip(numbers, _UNITS, strict=False)), 0.0)
    upper = side[0].upper() == sides[0]
    if upper and min(numbers) < 0.0:  # one of the two is wrong
        return None
    return _within(degrees if upper else -degrees, -most, most)


def _altitude(place: dict[int, Any]) -> float | None:
    """Metres above sea level or, in EXIF 3.0, the ellipsoid; a negative number also means below."""
    height = _number(place.get(_ALTITUDE))
    reference = place.get(_ALTITUDE - 1, 0)
    if isinstance(reference, bytes):
        reference = reference[0] if reference else 0
    if height is None or reference not in (*_ABOVE, *_BELOW):
        return None
    return _within(-abs(height) if reference in _BELOW else height, _LOWEST_M, _HIGHEST_M)


def _time(taken: Any, offset: Any) -> str | None:
    """ISO 8601, with the UTC offset if present; None if the camera's clock was never set."""
    try:
        time = datetime.strptime(_text(taken)[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    known = re.fullmatch(r"[+-](0\d|1[0-4]):[0-5]\d", _text(offset))
    return time.isoformat() + (known[0] if known else "")


def _camera(make: Any, model: Any) -> str | None:
    """Make and model, without repeating the make: `Canon`, `Canon EOS R5` give `Canon EOS R5`."""
    make, model = _text(make), _text(model)
    if not model.casefold().startswith(make.split(" ")[0].casefold()):
        model = f"{make} {model}"
    return model.strip() or make or None


def _text(value: Any) -> str:
    """One printable line of at most 100 characters; "" if it is not text."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return ""
    line = "".join(c if c.isprintable() else " " for c in value.split("\0")[0])
    return " ".join(line.split())[:100]
