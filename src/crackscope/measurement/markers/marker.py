"""A marker detected in a photo."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]
"""(n, n), n with the black border; True is white."""


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    """A marker: its dictionary and number, and the corners of its black square.

    `corners` (4, 2) in pixels of the photo, clockwise from the marker's top left. `moves` (K, 4, 2)
    are their displacements by one standard uncertainty of each of K independent influences.
    `residual_px` is the RMS deviation of the sides from straight lines; None if they could not be
    traced.
    """

    dictionary: str
    number: int
    corners: Floats
    moves: Floats
    residual_px: float | None = None

    @property
    def side_px(self) -> float:
        """The mean length of its sides."""
        return float(np.mean([math.dist(self.corners[k], self.corners[k - 1]) for k in range(4)]))
