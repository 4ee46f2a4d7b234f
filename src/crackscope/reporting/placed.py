"""Georeferenced photos and cracks as tables with a geometry: the layers of GIS files.

Photos are points in WGS 84, at the position of the camera. Cracks are georeferenced in GeoTIFFs
only, in the coordinate system of the file: one table for each. X points east and comes first.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crackscope import extras
from crackscope.reporting import Context, wkb
from crackscope.reporting.measured import width_of
from crackscope.reporting.names import encodable
from crackscope.reporting.rows import KINDS, columns_of, known, photo_columns, photo_rows, values_of
from crackscope.reporting.width_classes import IN_MM, IN_PX
from crackscope.types import Crack, Georeference, PhotoResult

WGS_84 = 4326
PHOTOS, CRACKS = "photos", "cracks_epsg_{}"
Box = tuple[float, float, float, float]
"""Minimum x, minimum y, maximum x, maximum y."""


@dataclass(frozen=True)
class Feature:
    """A row: its geometry as WKB, the bounding box of that, and a value for each column."""

    geometry: bytes
    box: Box
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Layer:
    """A table of features of one `kind`, in the coordinate system with EPSG code `epsg`."""

    name: str
    kind: str
    epsg: int
    columns: Mapping[str, type]
    features: tuple[Feature, ...]

    @property
    def box(self) -> Box | None:
        """The bounding box of all features; None if there are none."""
        if not self.features:
            return None
        x0, y0, x1, y1 = zip(*(feature.box for feature in self.features), strict=True)
        return min(x0), min(y0), max(x1), max(y1)


def layers(results: Sequence[PhotoResult], context: Context) -> list[Layer]:
    """A layer of photos, even if empty, and one of cracks for each coordinate system."""
    return [_photos(results), *_cracks(results, context)]


def crs(epsg: int, purpose: str) -> Any:
    """The coordinate system of pyproj; None if the code is unknown."""
    pyproj = extras.require("pyproj", "geo", purpose)
    try:
        return pyproj.CRS.from_epsg(epsg)
    except pyproj.exceptions.CRSError:
        return None


def _photos(results: Sequence[PhotoResult]) -> Layer:
    columns = photo_columns(results)
    features = [
        _point(metadata.longitude, metadata.latitude, row)
        for result, row in zip(results, photo_rows(results), strict=True)
        if (metadata := result.metadata) is not None and metadata.place is not None
    ]
    return Layer(PHOTOS, "Point", WGS_84, _typed(columns), tuple(features))


def _point(longitude: Any, latitude: Any, row: Mapping[str, Any]) -> Feature:
    place = (longitude, latitude)
    return Feature(wkb.point(place), (*place, *place), _plain(row))


def _cracks(results: Sequence[PhotoResult], context: Context) -> list[Layer]:
    rows: dict[int, list[Feature]] = defaultdict(list)
    for result in results:
        georeference = result.metadata and result.metadata.georeference
        if georeference and result.cracks is not None:
            found = rows[georeference.epsg]
            found.extend(_lines(result, crack, georeference, context) for crack in result.cracks)
    return [
        Layer(CRACKS.format(epsg), "MultiLineString", epsg, _found_columns(found), tuple(found))
        for epsg, found in rows.items()
    ]


def _lines(
    result: PhotoResult, crack: Crack, georeference: Georeference, context: Context
) -> Feature:
    parts = [[georeference.place(x, y) for x, y, _ in line.tolist()] for line in crack.lines]
    places = [place for part in parts for place in part]
    x, y = zip(*places, strict=True)
    classes = IN_PX if context.scale_of(result) is None else IN_MM
    name = classes.name_of(width_of(crack, classes is IN_MM))
    values = {"path": result.path, "width_class": name, **values_of(crack), "model": result.model}
    return Feature(wkb.lines(parts), (min(x), min(y), max(x), max(y)), _plain(values))


def _found_columns(features: Sequence[Feature]) -> dict[str, type]:
    rows = [feature.values for feature in features]
    return _typed(("path", "width_class", *known(columns_of(Crack), rows), "model"))


def _typed(names: Sequence[str]) -> dict[str, type]:
    return {name: KINDS.get(name, str) for name in names}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {n: encodable(value) if isinstance(value, str) else value for n, value in row.items()}
