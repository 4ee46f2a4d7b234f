"""A marker as it was found in a photo."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]
"""(n, n), n with the black border; True is white."""


@dataclass(frozen=True, slots=True, eq=False)
class Marker:
    """A marker: its dictionary and number, and where its black square has its corners.

    `corners` (4, 2) in pixels of the photo, clockwise from the marker's own top left. `moves`
    (K, 4, 2): by how much each of K independent influences moves them, one standard uncertainty of
    it. `residual_px`: how far, in root mean square, the sides lie from straight lines; None where
    they could not be followed.
    """

    dictionary: str
    number: int
    corners: Floats
    moves: Floats
    residual_px: float | None = None

    @property
    def side_px(self) -> float:
        """The mean of its sides."""
        return float(np.mean([math.dist(self.corners[k], self.corners[k - 1]) for k in range(4)]))
