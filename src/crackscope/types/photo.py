"""A photo as read from a file, its metadata, and its scale."""

import math
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from crackscope.types.fields import Document, Mark, OrNull, require

Pixels = NDArray[np.uint8]
"""(H, W, 3) upright RGB, uint8."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A decoded photo: upright, RGB, 8 bit.

    `exif` is the EXIF block of the file, b"" if it has none. `remark` is a warning about the
    pixels, "" if there is none.
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
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Georeference(Document):
    """Transform from pixels to the coordinate reference system `epsg` (x is east).

    `transform` is a, b, c, d, e, f: X = a x + b y + c, Y = d x + e y + f, for x and y in pixels of
    the upright photo. Raises ValueError for invalid values.
    """

    epsg: int
    transform: tuple[float, ...]

    def __post_init__(self) -> None:
        values = self.transform
        known = len(values) == 6 and all(map(math.isfinite, values))
        require(known, "a transform must be six finite numbers", values)
        area = values[0] * values[4] - values[1] * values[3]
        require(area != 0.0, "a transform must be invertible", values)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Coordinates of a point of the photo."""
        a, b, c, d, e, f = self.transform
        return a * x + b * y + c, d * x + e * y + f


@dataclass(frozen=True, slots=True)
class Metadata(Document):
    """When, where and with which camera the photo was taken, from its file; None: unknown.

    `taken` is ISO 8601; latitude and longitude are WGS 84 degrees, north and east positive;
    `altitude_m` is in metres. `georeference` is that of a GeoTIFF.
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
        rule = "latitude (-90 to 90) and longitude (-180 to 180) must be given together"
        require(known or place == (None, None), rule, place)

    @property
    def place(self) -> tuple[float, float] | None:
        """(latitude, longitude) if known, else None."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True)
class PhotoScale(Document):
    """The scale of a photo in mm per pixel.

    `source` is its origin, such as mm_per_px if the user gave it; `u95` is the half-width of its
    95 % interval in mm per pixel, None if unknown. `smallest_shown_mm` and `smallest_measured_mm`
    are the narrowest widths that the photo can show and measure; known where cracks were measured.
    `residual_mm` is the root mean square distance of a marker's sides from straight lines. `plane`
    (9 numbers, row by row) is the homography from pixels to mm of a known plane; `lens` (12) the
    focal lengths, principal point and OpenCV's k1, k2, p1, p2, k3 to k6, if pixels must be freed
    from distortion first. Raises ValueError for invalid values.
    """

    source: str
    mm_per_px: float
    u95: float | None = None
    smallest_shown_mm: float | None = None
    smallest_measured_mm: float | None = None
    residual_mm: float | None = None
    plane: Annotated[tuple[float, ...] | None, Mark.NO_COLUMN] = None
    lens: Annotated[tuple[float, ...] | None, Mark.NO_COLUMN] = None

    def __post_init__(self) -> None:
        require(bool(self.source), "a scale must have a source", self.source)
        rule = "a scale must be finite and above 0"
        require(0 < self.mm_per_px < float("inf"), rule, self.mm_per_px)
        rule = "the half-width of an interval must be at least 0"
        require(self.u95 is None or self.u95 >= 0, rule, self.u95)
        for name, count in (("plane", 9), ("lens", 12)):
            values = getattr(self, name)
            known = values is None or (len(values) == count and all(map(math.isfinite, values)))
            require(known, f"a {name} must be {count} finite numbers", values)

    def __str__(self) -> str:
        interval = "" if self.u95 is None else f" ± {self.u95:.2g}"
        return f"{self.mm_per_px:.4g}{interval} mm per px"
