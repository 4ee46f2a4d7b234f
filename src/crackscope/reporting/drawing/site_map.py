"""A map of the photo locations: north up, in metres, with a scale bar, without map tiles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crackscope.rendering import scale_bar

_EARTH_M = 6_371_008.8
"""Mean radius."""
_LEAST_M = 20.0
"""Minimum width of a map: a single photo has no extent, and GPS errs by metres."""


@dataclass(frozen=True)
class SiteMap:
    """Points (x, y) in units of a map of `width` x `height`, and its scale bar.

    `bar` is the length of the bar in the same units, `label` its length on site ("50 m").
    """

    points: tuple[tuple[float, float], ...]
    width: float
    height: float
    bar: float
    label: str


def plan(
    places: Sequence[tuple[float, float]],
    width: float = 960.0,
    height: float = 540.0,
    margin: float = 40.0,
) -> SiteMap:
    """Project (latitude, longitude) pairs, at least one, onto a map that is `width` wide.

    Equirectangular around the centre of the places, which is true to scale over a site. The map is
    as high as needed, between a third of `height` and `height`.
    """
    metres = _in_metres(places)
    (west, east), (south, north) = ((min(side), max(side)) for side in zip(*metres, strict=True))
    wide, high = width - 2 * margin, height - 2 * margin
    scale = 1.0 / max((east - west) / wide, (north - south) / high, _LEAST_M / wide)
    used = max(height / 3, (north - south) * scale + 2 * margin)
    centre = ((west + east) / 2, (south + north) / 2)
    points = tuple(
        (width / 2 + (x - centre[0]) * scale, used / 2 - (y - centre[1]) * scale) for x, y in metres
    )
    length = scale_bar.round_length(wide / 4 / scale)
    return SiteMap(points, width, used, length * scale, _in_words(length))


def _in_metres(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Metres east and north of the first place; a site may cross the date line."""
    first_latitude, first_longitude = places[0]
    latitudes = [latitude for latitude, _ in places]
    middle = math.radians((min(latitudes) + max(latitudes)) / 2)
    return [
        (
            math.radians((longitude - first_longitude + 180) % 360 - 180)
            * math.cos(middle)
            * _EARTH_M,
            math.radians(latitude - first_latitude) * _EARTH_M,
        )
        for latitude, longitude in places
    ]


def _in_words(metres: float) -> str:
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
