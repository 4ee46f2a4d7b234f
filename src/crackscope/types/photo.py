"""A photo as it was read, and what its file says of it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.types.box import require

Pixels = NDArray[np.uint8]
"""(H, W, 3) upright RGB, uint8."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as every later step sees it: upright, RGB, 8 bit.

    `exif` is the file's own EXIF block, b"" where it has none. `remark` says what may be wrong with
    the pixels, "" where nothing is.
    """

    path: str
    pixels: Pixels = field(repr=False)
    metadata: "Metadata | None" = field(default=None, repr=False)
    exif: bytes = field(default=b"", repr=False)
    remark: str = ""

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        rule = "photo pixels must be (H, W, 3) uint8"
        require(len(shape) == 3 and shape[2] == 3 and dtype == np.uint8, rule, (shape, dtype))

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Georeference:
    """Where the pixels of a map lie: in the coordinate system with the code `epsg`, x east.

    `transform` is a, b, c, d, e, f: X = a x + b y + c, Y = d x + e y + f, for x and y in pixels of
    the upright photo.
    """

    epsg: int
    transform: tuple[float, ...]

    def __post_init__(self) -> None:
        values = self.transform
        known = len(values) == 6 and all(map(math.isfinite, values))
        require(known, "a transform needs six finite numbers", values)
        area = values[0] * values[4] - values[1] * values[3]
        require(area != 0.0, "pixels have an area", values)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the photo lies."""
        a, b, c, d, e, f = self.transform
        return a * x + b * y + c, d * x + e * y + f


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the file says of when, where and with what the photo was taken; None: not said.

    `taken` is ISO 8601; degrees are of WGS 84, north and east positive. `georeference` is known of
    GeoTIFF.
    """

    taken: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    camera: str | None = None
    focal_length_mm: float | None = None
    georeference: Georeference | None = None

    def __post_init__(self) -> None:
        if self.latitude is None or self.longitude is None:
            known = False
        else:
            known = abs(self.latitude) <= 90.0 and abs(self.longitude) <= 180.0
        place = (self.latitude, self.longitude)
        rule = "a place needs both a latitude (-90 to 90) and a longitude (-180 to 180), or neither"
        require(known or place == (None, None), rule, place)

    @property
    def place(self) -> tuple[float, float] | None:
        """(latitude, longitude), where both are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def to_dict(self) -> dict[str, Any]:
        """As in results.jsonl; a georeference only where there is one."""
        values = asdict(self)
        georeference = values.pop("georeference")
        if georeference is not None:
            georeference["transform"] = list(georeference["transform"])
            values["georeference"] = georeference
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Metadata":
        """Back from results.jsonl."""
        known = values.get("georeference")
        if known is None:
            return cls(**values)
        georeference = Georeference(known["epsg"], tuple(known["transform"]))
        return cls(**{**values, "georeference": georeference})
