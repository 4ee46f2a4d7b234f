"""The plane of a surface in a photo: maps pixels to mm, with uncertainty.

Uncertainty is propagated by perturbed planes: one for each influence (a corner, a side, the lens),
shifted by its standard uncertainty. Every result is computed with each of them; the root of the
summed squared differences is its standard uncertainty (GUM, JCGM 100:2008, 5.1.2, with numerical
derivatives), and k = 2 gives 95 %.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.errors import UsageError
from crackscope.measurement import homography
from crackscope.measurement.lens import Lens, bulge

Floats = NDArray[np.float64]

COVERAGE = 2.0
"""Coverage factor k: standard uncertainties in the half-width of a 95 % interval."""
LENS_FRACTION = 0.005
"""Standard uncertainty of an uncalibrated lens: shift of the corners of the photo, as a fraction of
their distance from the centre. Phones and cameras correct their JPEGs to about that. Uncorrected
wide-angle lenses are off by 0.02 or more, and need a calibration."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A mapping from pixels to mm in a plane: a lens, then a homography (3, 3)."""

    matrix: Floats
    lens: Lens | None = None

    def to_mm(self, points: Floats) -> Floats:
        """Map (N, 2) pixels to mm; NaN at and beyond the horizon."""
        straight = points if self.lens is None else self.lens.undistort(points)
        return homography.apply(self.matrix, straight)

    def to_px(self, points: Floats) -> Floats:
        """Map (N, 2) mm to pixels; NaN behind the camera."""
        seen = homography.apply(np.asarray(np.linalg.inv(self.matrix), np.float64), points)
        return seen if self.lens is None else self.lens.distort(seen)

    def jacobian(self, points: Floats) -> Floats:
        """(N, 2, 2) mm per pixel: derivatives of `to_mm` at each point."""
        if self.lens is None:
            return homography.jacobian(self.matrix, points)
        straight = self.lens.undistort(points)
        inner = self.lens.jacobian(points)
        return np.asarray(homography.jacobian(self.matrix, straight) @ inner, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A plane in a photo.

    `influences` are projections with one influence shifted by its standard uncertainty. `relative`
    is the relative standard uncertainty common to all mm (size of a marker or rectangle).
    `residual_px` and `residual_mm` are the RMS deviations of the observations from the model; None
    if there are no redundant observations.
    """

    projection: Projection
    influences: tuple[Projection, ...] = field(default=(), repr=False)
    relative: float = 0.0
    residual_px: float | None = None
    residual_mm: float | None = None

    def to_mm(self, points: ArrayLike) -> Floats:
        """Map (N, 2) pixels to mm; raises UsageError for points beyond the horizon."""
        pixels = homography.points_of(points, "points in the photo")
        found = self.projection.to_mm(pixels)
        self._check(found, pixels)
        return found

    def jacobian(self, points: ArrayLike) -> Floats:
        """(N, 2, 2) mm per pixel at each of the (N, 2) pixels; raises as `to_mm`."""
        pixels = homography.points_of(points, "points in the photo")
        found = self.projection.jacobian(pixels)
        self._check(found.reshape(len(pixels), 4), pixels)
        return found

    def spread(self, measure: Callable[[Projection], Floats]) -> Floats:
        """The half-width of the 95 % interval of a result that `measure` computes.

        Infinite if `measure` has no result for one of the perturbed planes.
        """
        value = measure(self.projection)
        with np.errstate(invalid="ignore"):  # beyond the horizon of one of them
            others = [measure(one) - value for one in self.influences]
        squares = sum((np.square(other) for other in others), np.square(self.relative * value))
        u95 = COVERAGE * np.sqrt(np.asarray(squares, np.float64))
        return np.where(np.isfinite(u95), u95, np.inf)

    def _check(self, found: Floats, pixels: Floats) -> None:
        beyond = ~np.isfinite(found).all(axis=1)
        if beyond.any():
            raise UsageError(
                "points must be on the near side of the plane's horizon. Received: "
                f"{pixels[beyond][0].tolist()}. The plane is tilted too much, or its corners are "
                "wrong. Check the corners, or leave out this area of the photo"
            )


def plane_of(
    corners_px: Floats,
    corners_mm: Floats,
    moves: Floats,
    size: tuple[int, int],
    lens: Lens | None = None,
    relative: float = 0.0,
    residual_px: float | None = None,
) -> Plane:
    """The plane with (4, 2) corners in a photo of `size` (width, height) at (4, 2) mm.

    `moves` (K, 4, 2) are displacements of the corners in the photo by one standard uncertainty of
    each of K independent influences. Without a `lens`, its distortion is a further influence.
    Raises UsageError if the corners define no plane.
    """
    if lens is not None:
        lens = lens.for_photo(*size)
    projection = _projection(corners_px, corners_mm, lens)
    influences = [_projection(corners_px + move, corners_mm, lens) for move in moves]
    if lens is None:
        influences.append(_projection(corners_px, corners_mm, bulge(*size, LENS_FRACTION)))
    residual_mm = None
    if residual_px is not None:
        areas = np.linalg.det(projection.jacobian(corners_px))
        residual_mm = residual_px * math.sqrt(float(np.abs(areas).mean()))
    return Plane(projection, tuple(influences), relative, residual_px, residual_mm)


def _projection(corners_px: Floats, corners_mm: Floats, lens: Lens | None) -> Projection:
    straight = corners_px if lens is None else lens.undistort(corners_px)
    return Projection(homography.fit(straight, corners_mm), lens)
