"""photos.geojson: where the photos were taken, for maps and GIS; RFC 7946."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crackscope.reporting import REPORTS, Context
from crackscope.run_dir import write_atomically
from crackscope.types import Metadata, PhotoResult

PLACES = "photos.geojson"


@REPORTS.register("geojson")
def write(results: Sequence[PhotoResult], dest: Path, context: Context) -> list[Path]:
    """A point for each photo that was scored and says where it was taken."""
    features = [
        _feature(result, result.metadata)
        for result in results
        if result.metadata is not None and result.metadata.place is not None
    ]
    file = dest / PLACES
    collection = {"type": "FeatureCollection", "features": features}
    write_atomically(file, json.dumps(collection, indent=1, allow_nan=False) + "\n")
    return [file]


def _feature(result: PhotoResult, metadata: Metadata) -> dict[str, Any]:
    """Longitude comes first; the altitude is a third coordinate where it is known."""
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
            "regions": len(result.regions),
            "taken": metadata.taken,
            "camera": metadata.camera,
            "surface": result.material,
            "model": result.model,
        },
    }
