"""Georeference of a GeoTIFF, from its tags (OGC GeoTIFF 1.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from crackscope.types import Georeference

SCALE, TIEPOINT, TRANSFORMATION, DIRECTORY = 33550, 33922, 34264, 34735
_MODEL_TYPE, _RASTER_TYPE, _GEOGRAPHIC, _PROJECTED = 1024, 1025, 2048, 3072
_CODE_OF = {1: _PROJECTED, 2: _GEOGRAPHIC}
"""Key of the EPSG code by model type: projected or geographic."""
_POINT = 2
"""Raster type in which integer coordinates are pixel centres instead of corners."""
_USER_DEFINED = 32767
_INLINE = 0


def georeference_of(tags: Mapping[int, Any]) -> Georeference | None:
    """The coordinate reference system by its EPSG code, and the transform from pixels to it.

    None if unknown, invalid or unsupported (ground control points, systems without a code). Never
    raises.
    """
    try:
        keys = _keys(tags[DIRECTORY])
        code = keys[_CODE_OF[keys[_MODEL_TYPE]]]
        if code in (0, _USER_DEFINED):
            return None
        return Georeference(code, _from_corners(_transform(tags), keys.get(_RASTER_TYPE)))
    except Exception:  # noqa: BLE001  (tags are free-form: invalid ones may raise anything)
        return None


def _keys(directory: Sequence[int]) -> dict[int, int]:
    """The keys with values in the directory itself: four numbers each, after a header of four."""
    entries = zip(*[iter(directory[4 : 4 + 4 * directory[3]])] * 4, strict=True)
    return {int(key): int(value) for key, location, _, value in entries if location == _INLINE}


def _transform(tags: Mapping[int, Any]) -> tuple[float, ...]:
    """a, b, c, d, e, f: X = a x + b y + c, Y = d x + e y + f."""
    if TRANSFORMATION in tags:
        matrix = [float(value) for value in tags[TRANSFORMATION]]
        return (matrix[0], matrix[1], matrix[3], matrix[4], matrix[5], matrix[7])
    wide, high = map(float, tags[SCALE][:2])
    x, y, _, east, north, _ = map(float, tags[TIEPOINT][:6])
    return (wide, 0.0, east - x * wide, 0.0, -high, north + y * high)


def _from_corners(transform: tuple[float, ...], raster_type: int | None) -> tuple[float, ...]:
    """The transform for coordinates in which the centre of the first pixel is (0.5, 0.5)."""
    if raster_type != _POINT:
        return transform
    a, b, c, d, e, f = transform
    return (a, b, c - (a + b) / 2, d, e, f - (d + e) / 2)
