"""Data types of crackscope: frozen, validated on creation, and serialisable to JSON."""

from crackscope.types.box import Box
from crackscope.types.crack import Below, Crack, Line, Widths, WidthsMm
from crackscope.types.evaluation import EvalResult, Interval, Patch
from crackscope.types.photo import Georeference, Metadata, Photo, PhotoScale, Pixels
from crackscope.types.region import Region
from crackscope.types.results import (
    SCHEMA_VERSION,
    Material,
    PhotoError,
    PhotoResult,
    Verdict,
)
from crackscope.types.window import ScoreMap, Tile

__all__ = [
    "SCHEMA_VERSION",
    "Below",
    "Box",
    "Crack",
    "EvalResult",
    "Georeference",
    "Interval",
    "Line",
    "Material",
    "Metadata",
    "Patch",
    "Photo",
    "PhotoError",
    "PhotoResult",
    "PhotoScale",
    "Pixels",
    "Region",
    "ScoreMap",
    "Tile",
    "Verdict",
    "Widths",
    "WidthsMm",
]
