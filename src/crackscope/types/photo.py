"""A photo as it was read, and what its file says of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.types.box import require

Pixels = NDArray[np.uint8]
"""(H, W, 3) upright RGB, uint8."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as every later step sees it: upright, RGB, 8 bit.

    `exif` is the file's own EXIF block, b"" where it has none.
    """

    path: str
    pixels: Pixels
    metadata: "Metadata | None" = None
    exif: bytes = b""

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
class Metadata:
    """What the file says of when, where and with what the photo was taken; None: not said.

    `taken` is ISO 8601; degrees are of WGS 84, north and east positive.
    """

    taken: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    camera: str | None = None
    focal_length_mm: float | None = None

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
        """As in results.jsonl."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Metadata":
        """Back from results.jsonl."""
        return cls(**values)
