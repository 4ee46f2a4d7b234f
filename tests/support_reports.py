"""Results of inspections for tests of the reports."""

import base64
from dataclasses import replace
from pathlib import Path

from crackscope.reporting import Context
from crackscope.reporting.names import close_up_name, overlay_names, thumbnail_name
from crackscope.types import Box, Metadata, PhotoError, PhotoResult, Region
from support_pictures import encode, noise

LOGO = base64.b64encode(encode(noise(300, 90))).decode()


def scored(path: str, score: float = 0.1234567, verdict: str = "crack") -> PhotoResult:
    """A photo of 64 x 48 px; a cracked one has one region."""
    regions = (Region(1, Box(0, 0, 10, 20), score),) if verdict == "crack" else ()
    return PhotoResult(path, "m@1+abc", 0.25, verdict, score, 0.5, 64, 48, regions)  # type: ignore[arg-type]


def failed(path: str) -> PhotoResult:
    """A photo that could not be read."""
    return PhotoResult(path, "", 0.1, error=PhotoError("truncated", "cut <b>off</b>"))


def with_place(result: PhotoResult, latitude: float, longitude: float, day: int = 1) -> PhotoResult:
    """The same photo, taken there on a day of May 2025."""
    taken = f"2025-05-{day:02}T12:00:00+02:00"
    metadata = Metadata(taken, latitude, longitude, 34.5, "Camera 1", 24.0)
    return replace(result, metadata=metadata)


def inspected(folder: Path, results: list[PhotoResult], card: str = "") -> Context:
    """The pictures that an inspection with these results leaves in a folder."""
    names = dict(
        zip((r.path for r in results), overlay_names(r.path for r in results), strict=True)
    )
    for seed, result in enumerate(results):
        if result.ok:
            for name in (names[result.path], thumbnail_name(names[result.path])):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(encode(noise(120, 90, seed)))
        for crack in (result.cracks or ())[:8]:
            close_up = folder / close_up_name(names[result.path], crack.id)
            close_up.parent.mkdir(parents=True, exist_ok=True)
            close_up.write_bytes(encode(noise(64, 48, 100 * seed + crack.id)))
    return Context("m@1+abc", folder, {"threshold": 0.5}, names, 0, card)
