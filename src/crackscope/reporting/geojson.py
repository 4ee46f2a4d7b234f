"""photos.geojson: photo locations; cracks.geojson: georeferenced cracks. RFC 7946.

Only cracks in GeoTIFFs are georeferenced. Those in WGS 84 (EPSG:4326) are written to
cracks.geojson. RFC 7946 allows no other coordinate system, so others are written to a separate
file, such as cracks-epsg-25832.geojson, with the "crs" member of GeoJSON 2008, which GDAL and QGIS
read.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crackscope.reporting import REPORTS, Context
from crackscope.reporting.rows import sizes
from crackscope.run_dir import write_atomically
from crackscope.types import Crack, Georeference, Metadata, PhotoResult
from crackscope.types.results import name_of

PLACES, CRACKS, CRACKS_OF = "photos.geojson", "cracks.geojson", "cracks-epsg-{}.geojson"
_WGS_84 = 4326

Feature = dict[str, Any]


@REPORTS.register("geojson")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """Write a point for each photo with GPS coordinates, and lines for cracks in GeoTIFFs."""
    points = [
        _point(result, result.metadata)
        for result in results
        if result.metadata is not None and result.metadata.place is not None
    ]
    files = {PLACES: _collection(points)}
    for epsg, lines in _cracks(results).items():
        name = CRACKS if epsg == _WGS_84 else CRACKS_OF.format(epsg)
        files[name] = _collection(lines, epsg)
    for name, collection in files.items():
        write_atomically(dest / name, json.dumps(collection, indent=1, allow_nan=False) + "\n")
    return [dest / name for name in files]


def _collection(features: Sequence[Feature], epsg: int = _WGS_84) -> dict[str, Any]:
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    head = {"type": "FeatureCollection"} | ({} if epsg == _WGS_84 else {"crs": crs})
    return {**head, "features": list(features)}


def _point(result: PhotoResult, metadata: Metadata) -> Feature:
    """Longitude comes first; the third coordinate is the altitude, if known."""
    position = [metadata.longitude, metadata.latitude]
    if metadata.altitude_m is not None:
        position.append(metadata.altitude_m)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": position},
        "properties": {
            "path": result.path,
            "verdict": result.verdict,
            "score": result.score,
            **_found(result),
            "taken": metadata.taken,
            "camera": metadata.camera,
            name_of("material", result.cracks is not None): result.material,
            **sizes(result),
            "model": result.model,
        },
    }


def _found(result: PhotoResult) -> dict[str, Any]:
    """The number of regions, or the number of cracks and the cracks."""
    if result.cracks is None:
        return {"regions": len(result.regions)}
    return {"crack_count": len(result.cracks), "cracks": list(map(_values, result.cracks))}


def _values(crack: Crack) -> dict[str, Any]:
    return {"id": crack.id, "score": crack.score, **sizes(crack)}


def _cracks(results: Sequence[PhotoResult]) -> dict[int, list[Feature]]:
    """The georeferenced cracks, by the EPSG code of their coordinate system."""
    found: dict[int, list[Feature]] = defaultdict(list)
    for result in results:
        georeference = result.metadata and result.metadata.georeference
        if georeference and result.cracks is not None:
            lines = found[georeference.epsg]
            lines.extend(_lines(result, crack, georeference) for crack in result.cracks)
    return found


def _lines(result: PhotoResult, crack: Crack, georeference: Georeference) -> Feature:
    placed = [list(_placed(line[:, :2].tolist(), georeference)) for line in crack.lines]
    return {
        "type": "Feature",
        "geometry": {"type": "MultiLineString", "coordinates": placed},
        "properties": {
            "path": result.path,
            **_values(crack),
            "branches": len(crack.lines),
            "model": result.model,
        },
    }


def _placed(line: Sequence[Sequence[float]], georeference: Georeference) -> Iterator[list[float]]:
    """Round to a hundredth of a pixel or finer, in any unit."""
    a, b, _, d, e, _ = georeference.transform
    decimals = max(0, 3 - math.floor(math.log10(abs(a * e - b * d)) / 2))
    for x, y in line:
        yield [round(value, decimals) for value in georeference.place(x, y)]
