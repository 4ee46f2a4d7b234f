"""Scale of a photo in mm per pixel at each place, with uncertainty."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crackscope.measurement.seen import Floats

Local = Callable[[Floats, Floats], Floats]
"""Maps (M, 2) places and (M, 2) unit directions in pixels to (M,) mm per px."""


@dataclass(frozen=True, slots=True)
class LocalScale:
    """The scale of a photo: a number of mm per px, or a function of place and direction.

    `relative_u95` is the relative uncertainty of the scale itself, `tilt_u95` that of an unknown
    tilt of the camera. Both are common to all measurements in the photo.
    """

    mm_per_px: float | Local
    relative_u95: float = 0.0
    tilt_u95: float = 0.0

    def __post_init__(self) -> None:
        given = self.mm_per_px
        if not callable(given) and not (math.isfinite(given) and given > 0):
            raise ValueError(
                f"mm_per_px must be above 0. Received: {given!r}. Give the ground sampling "
                "distance in mm per pixel"
            )
        for name in ("relative_u95", "tilt_u95"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise ValueError(f"{name} must be a fraction, 0 to 1. Received: {value!r}")

    @property
    def u95(self) -> float:
        """The combined relative uncertainty."""
        return math.hypot(self.relative_u95, self.tilt_u95)

    def along(self, at: Floats, direction: Floats) -> Floats:
        """(M,) mm per px for lengths in `direction`."""
        if callable(self.mm_per_px):
            return np.asarray(self.mm_per_px(at, direction), np.float64)
        return np.full(len(at), float(self.mm_per_px))

    def across(self, at: Floats, across: Floats) -> Floats:
        """(M,) mm in the plane per px, for widths measured in direction `across`.

        A normal in the photo is not a normal in a tilted plane: the width is the area of a strip,
        divided by its length.
        """
        if not callable(self.mm_per_px):
            return self.along(at, across)
        line = np.stack([across[:, 1], -across[:, 0]], axis=1)
        first, second = self.along(at, across), self.along(at, line)
        both = self.along(at, (across + line) / math.sqrt(2))
        product = np.square(both) - (np.square(first) + np.square(second)) / 2
        area = np.sqrt(np.maximum(np.square(first * second) - np.square(product), 0))
        return np.asarray(area / second)
