"""A photo as it was read, what its file says of it, and what a pixel of it measures."""

import math
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from crackscope.types.box import require
from crackscope.types.document import Document
from crackscope.types.fields import Mark, OrNull

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
class Georeference(Document):
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
class Metadata(Document):
    """What the file says of when, where and with what the photo was taken; None: not said.

    `taken` is ISO 8601; degrees are of WGS 84, north and east positive. `georeference` is known of
    GeoTIFF.
    """

    taken: OrNull[str] = None
    latitude: Annotated[OrNull[float], Mark.EXACT] = None
    longitude: Annotated[OrNull[float], Mark.EXACT] = None
    altitude_m: Annotated[OrNull[float], Mark.EXACT] = None
    camera: OrNull[str] = None
    focal_length_mm: Annotated[OrNull[float], Mark.OF_CAMERA] = None
    georeference: Annotated[Georeference | None, Mark.NO_COLUMN] = None

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


@dataclass(frozen=True, slots=True)
class PhotoScale(Document):
    """The scale of a photo, as its result has it.

    `source` names what it comes from, such as mm_per_px where it was given; `u95` is the half-width
    of its 95 % interval, in mm per pixel too, None where nobody said how sure it is. Where cracks
    were measured, `smallest_shown_mm` and `smallest_measured_mm` are the narrowest that the photo
    can show, and can measure. `residual_mm` says how far, in root mean square, the sides of a
    marker lie from straight lines.
    """

    source: str
    mm_per_px: float
    u95: float | None = None
    smallest_shown_mm: float | None = None
    smallest_measured_mm: float | None = None
    residual_mm: float | None = None

    def __post_init__(self) -> None:
        require(bool(self.source), "a scale has a source", self.source)
        require(0 < self.mm_per_px < float("inf"), "a scale is above 0", self.mm_per_px)
        rule = "the half-width of an interval is not negative"
        require(self.u95 is None or self.u95 >= 0, rule, self.u95)

    def __str__(self) -> str:
        interval = "" if self.u95 is None else f" ± {self.u95:.2g}"
        return f"{self.mm_per_px:.4g}{interval} mm per px"
