"""Scale from the tags of a GeoTIFF: an orthophoto or a map in metres."""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from crackscope.errors import UsageError
from crackscope.measurement.lens import Lens
from crackscope.measurement.plane import Plane, Projection
from crackscope.measurement.scale.on_plane import scale_on
from crackscope.measurement.scale.scale import Answer, Notice
from crackscope.measurement.scale.source import SOURCES
from crackscope.types import Georeference, Photo

FRACTION = 0.005
"""Relative standard uncertainty of an orthophoto's scale: control points and projection (0.9996 in
the middle of a UTM zone)."""
_PSEUDO_MERCATOR = 3857
_METRES = (
    range(25828, 25839),  # ETRS89, UTM
    range(26901, 26924),  # NAD83, UTM
    range(28348, 28359),  # GDA94, MGA
    range(7846, 7860),  # GDA2020, MGA
    range(31466, 31470),  # DHDN, Gauss-Kruger
    range(31254, 31260),  # MGI, Austria
    range(32601, 32661),  # WGS 84, UTM north
    range(32701, 32761),  # WGS 84, UTM south
    range(6669, 6688),  # JGD2011, plane rectangular
    (2056, 21781, 2154, 27700, 2157, 28992, 7415, 31370, 3812, 3035, 3006, 5514, 2180, 2193, 5130),
)
"""EPSG codes with axes in metres; a complete registry would be a large dependency."""


@SOURCES.register("geotiff")
@dataclass(frozen=True)
class GeoTiff:
    """Scale from the tags of the file; only for coordinate systems in metres."""

    usage: ClassVar[str] = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """There are no settings; raises UsageError for any text."""
        if text.strip():
            raise UsageError(f"the scale of a GeoTIFF has no settings. Received: {text!r}")
        return cls()

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """The scale from the tags, or a notice if their unit is not known to be metres."""
        known = photo.metadata.georeference if photo.metadata else None
        if known is None:
            return Answer()
        if not any(known.epsg in codes for codes in _METRES):
            return Answer(notices=(_unit_notice(known.epsg, photo.path),))
        w, h = photo.width, photo.height
        corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64)
        return Answer(scale_on("geotiff", _plane(known), corners))


def _plane(known: Georeference) -> Plane:
    """The plane in mm, without the origin of the map, whose large values cost precision."""
    a, b, _, d, e, _ = (1000 * value for value in known.transform)
    size = math.sqrt(abs(a * e - b * d))
    if not math.isfinite(size):
        raise UsageError(f"the scale of a GeoTIFF must be finite. Received: {known.transform}")
    matrix = np.array([[a, b, 0.0], [d, e, 0.0], [0.0, 0.0, 1.0]])
    return Plane(Projection(matrix), relative=FRACTION)


def _unit_notice(epsg: int, path: str) -> Notice:
    reason = (
        "Web Mercator is in metres at the equator only"
        if epsg == _PSEUDO_MERCATOR
        else "this is not known to be a projection in metres"
    )
    text = f"{path} is in EPSG:{epsg}, and {reason}. Its scale is not used. "
    return Notice("unknown_unit", text + "Give mm per pixel")
