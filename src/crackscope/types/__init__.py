"""Data types of crackscope: frozen, validated on creation, and serialisable to JSON."""

from crackscope.types.areas import Box, Region, ScoreMap, Tile
from crackscope.types.crack import Below, Crack, Line, Widths, WidthsMm
from crackscope.types.photo import Georeference, Metadata, Photo, PhotoScale, Pixels
from crackscope.types.results import (
    SCHEMA_VERSION,
    Material,
    PhotoError,
    PhotoResult,
    Verdict,
)

__all__ = [
    "SCHEMA_VERSION",
    "Below",
    "Box",
    "Crack",
    "Georeference",
    "Line",
    "Material",
    "Metadata",
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
