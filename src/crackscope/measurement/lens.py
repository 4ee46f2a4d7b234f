"""Lens distortion by OpenCV's model: radial and tangential."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import UsageError

Floats = NDArray[np.float64]

_STEPS = 50
_CLOSE_PX = 1e-4
_ASPECT = 0.01
"""Maximum relative difference of aspect ratio between photo and calibration."""


@dataclass(frozen=True, slots=True)
class Lens:
    """A calibrated camera: focal lengths, principal point and distortion, in pixels.

    `centre` is the principal point; the centre of the first pixel is (0.5, 0.5). `coefficients` are
    k1, k2, p1, p2, k3, k4, k5, k6 of OpenCV's model. `size` is width and height of the calibration
    photos, (0, 0) if unknown.
    """

    focal: tuple[float, float]
    centre: tuple[float, float]
    coefficients: tuple[float, ...]
    size: tuple[int, int] = (0, 0)

    @classmethod
    def of_list(cls, values: Sequence[float], size: tuple[int, int]) -> "Lens":
        """The lens of photos of a size (width, height), from `to_list`."""
        fx, fy, x, y, *coefficients = values
        return cls((fx, fy), (x, y), tuple(coefficients), size)

    def to_list(self) -> tuple[float, ...]:
        """The 12 numbers: focal lengths, principal point, coefficients."""
        return (*self.focal, *self.centre, *self.coefficients)

    def for_photo(self, width: int, height: int) -> "Lens":
        """The lens in pixels of a photo of that size, which may have been scaled down.

        Raises UsageError for another aspect ratio: cropped, rotated, or another camera.
        """
        if self.size in ((0, 0), (width, height)):
            return self
        x, y = width / self.size[0], height / self.size[1]
        if abs(x / y - 1) > _ASPECT:
            raise UsageError(
                f"photo and calibration must have the same aspect ratio. The calibration has "
                f"{self.size[0]} x {self.size[1]} px, the photo {width} x {height} px. "
                "Calibrate with uncropped photos of the same camera in the same orientation"
            )
        return self.resized(width, height)

    def resized(self, width: int, height: int) -> "Lens":
        """The lens in pixels of a copy of that size of the whole photo; `size` must be known."""
        x, y = width / self.size[0], height / self.size[1]
        focal = (self.focal[0] * x, self.focal[1] * y)
        centre = (self.centre[0] * x, self.centre[1] * y)
        return replace(self, focal=focal, centre=centre, size=(width, height))

    def distort(self, points: Floats) -> Floats:
        """Apply distortion to (N, 2) ideal points, in pixels."""
        return self._to_px(self._bend(self._to_unit(points)))

    def undistort(self, points: Floats) -> Floats:
        """The inverse of `distort`, to 0.0001 px; NaN if there is no inverse, far outside."""
        bent = self._to_unit(points)
        found = bent.copy()
        for _ in range(_STEPS):
            with np.errstate(over="ignore", invalid="ignore"):
                step = bent - self._bend(found)
                found = found + step
            if not (np.abs(step) * max(self.focal) > _CLOSE_PX / 10).any():
                break
        found[~(np.abs(step) * max(self.focal) < _CLOSE_PX).all(axis=1)] = np.nan
        return self._to_px(found)

    def jacobian(self, points: Floats) -> Floats:
        """(N, 2, 2) derivatives of `undistort`, by central differences of 0.1 px."""
        steps = 0.05 * np.eye(2)
        columns = [(self.undistort(points + s) - self.undistort(points - s)) / 0.1 for s in steps]
        return np.stack(columns, axis=-1)

    def _to_unit(self, points: Floats) -> Floats:
        return np.asarray((points - np.asarray(self.centre)) / self.focal, np.float64)

    def _to_px(self, unit: Floats) -> Floats:
        return np.asarray(unit * self.focal + np.asarray(self.centre), np.float64)

    def _bend(self, unit: Floats) -> Floats:
        k1, k2, p1, p2, k3, k4, k5, k6 = self.coefficients
        x, y = unit[:, 0], unit[:, 1]
        r = x * x + y * y
        radial = (1 + r * (k1 + r * (k2 + r * k3))) / (1 + r * (k4 + r * (k5 + r * k6)))
        across = x * radial + 2 * p1 * x * y + p2 * (r + 2 * x * x)
        down = y * radial + p1 * (r + 2 * y * y) + 2 * p2 * x * y
        return np.stack([across, down], axis=1)


def bulge(width: int, height: int, fraction: float) -> Lens:
    """A lens with cubic radial distortion.

    It moves the corners of a photo outward by `fraction` of their distance from the centre.
    """
    radius = float(np.hypot(width, height)) / 2
    coefficients = (fraction, *[0.0] * 7)
    return Lens((radius, radius), (width / 2, height / 2), coefficients, (width, height))
