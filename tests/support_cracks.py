"""Results with cracks, for tests of the reports: a photo full of odd ones, and one without any."""

from dataclasses import replace

from crackscope.types import Crack, Georeference, Metadata, PhotoResult
from support_reports import scored

BRANCHED = ([(5, 5, 2), (15, 9, 3), (28, 8, 2.5)], [(15, 9, 3), (16, 22, 1.2)])
STRAIGHT = ([(40.25, 2, 0.4), (40.25, 16, 0.4), (41, 31.5, 0.8)],)
EDGE = ([(60, 40, 6), (64, 48, 8)],)
UTM = Georeference(25832, (0.002, 0.0, 500000.0, 0.0, -0.002, 5800000.0))
WGS = Georeference(4326, (2e-8, 0.0, 13.4, 0.0, -1.5e-8, 52.5))


def cracked(path: str, score: float = 0.91, *, lines: bool = True) -> PhotoResult:
    """A photo of 64 x 48 px with three cracks, or a sound one."""
    shapes = ((3, BRANCHED), (1, STRAIGHT), (2, EDGE)) if lines else ()
    cracks = tuple(
        Crack.of(number, score - rank / 20, shape, 64, 48)
        for rank, (number, shape) in enumerate(shapes)
    )
    result = scored(path, score, "crack" if lines else "no crack")
    return replace(result, regions=(), cracks=cracks, material="concrete")


def on_map(result: PhotoResult, georeference: Georeference) -> PhotoResult:
    """The same as a GeoTIFF."""
    return replace(result, metadata=Metadata(georeference=georeference))
