"""Millimetres for pixels at each place of a photo, and how sure they are."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crackscope.measurement.seen import Floats

Local = Callable[[Floats, Floats], Floats]
"""(M, 2) places and (M, 2) unit directions in pixels to (M,) mm per px there, in that direction."""


@dataclass(frozen=True, slots=True)
class LocalScale:
    """A scale of a photo: one number of mm per px, or a function of place and direction.

    `relative_u95` and `tilt_u95` are fractions: of the scale itself, and of a tilt of the camera
    that is not known; both are shared by all that is measured in the photo.
    """

    mm_per_px: float | Local
    relative_u95: float = 0.0
    tilt_u95: float = 0.0

    def __post_init__(self) -> None:
        given = self.mm_per_px
        if not callable(given) and not (math.isfinite(given) and given > 0):
            raise ValueError(
                f"mm_per_px must be above 0; received {given!r}. Give how many millimetres of the "
                "surface a pixel shows"
            )
        for name in ("relative_u95", "tilt_u95"):
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise ValueError(f"{name} must be a fraction, 0 to 1; received {value!r}")

    @property
    def u95(self) -> float:
        """Both together, as a fraction."""
        return math.hypot(self.relative_u95, self.tilt_u95)

    def along(self, at: Floats, direction: Floats) -> Floats:
        """(M,) mm per px of a length that runs in `direction`."""
        if callable(self.mm_per_px):
            return np.asarray(self.mm_per_px(at, direction), np.float64)
        return np.full(len(at), float(self.mm_per_px))

    def across(self, at: Floats, across: Floats) -> Floats:
        """(M,) mm of the plane per px of a width that is measured in direction `across`.

        What is normal to a line in the photo is not so in a plane that is seen at a slant: the
        area that a strip covers, divided by its length, is its width.
        """
        if not callable(self.mm_per_px):
            return self.along(at, across)
        line = np.stack([across[:, 1], -across[:, 0]], axis=1)
        first, second = self.along(at, across), self.along(at, line)
        both = self.along(at, (across + line) / math.sqrt(2))
        product = np.square(both) - (np.square(first) + np.square(second)) / 2
        area = np.sqrt(np.maximum(np.square(first * second) - np.square(product), 0))
        return np.asarray(area / second)
