"""The plane of a surface in a photo: from pixels to mm, and how sure that is.

Uncertainty is carried by whole planes: beside the likeliest there is one for each influence (a
corner, a side, the lens), moved by its standard uncertainty. Whatever is computed with a plane is
computed with each of them too; the root of the summed squares of the differences is its standard
uncertainty (GUM, JCGM 100:2008, 5.1.2, with numerical derivatives), and k = 2 gives 95 %.
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
"""k: how many standard uncertainties are the half-width of a 95 % interval."""
LENS_FRACTION = 0.005
"""Standard uncertainty of a lens that nobody calibrated: how far it moves the corners of the photo,
as a fraction of their distance from its middle. Phones and cameras correct their JPEGs to about
that; a wide lens that nothing corrects is off by 0.02 and more, and needs a calibration."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """One way from the pixels of a photo to mm in a plane: a lens, then a homography (3, 3)."""

    matrix: Floats
    lens: Lens | None = None

    def to_mm(self, points: Floats) -> Floats:
        """(N, 2) mm of (N, 2) pixels; NaN at and beyond the horizon."""
        straight = points if self.lens is None else self.lens.undistort(points)
        return homography.apply(self.matrix, straight)

    def to_px(self, points: Floats) -> Floats:
        """(N, 2) pixels of (N, 2) mm; NaN for what lies behind the camera."""
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
    """A plane that a photo shows.

    `influences` are what the projection would be, were one influence off by its standard
    uncertainty; `relative` is the standard uncertainty, as a fraction, of all mm alike (the print
    of a marker, the measure of a rectangle). `residual_px` and `residual_mm` say how far, in root
    mean square, what was seen lies from the model; None where nothing is left over to say it.
    """

    projection: Projection
    influences: tuple[Projection, ...] = field(default=(), repr=False)
    relative: float = 0.0
    residual_px: float | None = None
    residual_mm: float | None = None

    def to_mm(self, points: ArrayLike) -> Floats:
        """(N, 2) mm of (N, 2) pixels; raises UsageError for points beyond the horizon."""
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
        """The half-width of the 95 % interval of what `measure` computes with a projection.

        Infinite where a plane within the uncertainty has no answer.
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
                "points must lie on the near side of the plane's horizon. Received: "
                f"{pixels[beyond][0].tolist()}. The plane is tilted too much, or its corners lie "
                "elsewhere: check them, or leave out this part of the photo"
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
    """The plane in which (4, 2) corners of a photo of `size` (width, height) lie at (4, 2) mm.

    `moves` (K, 4, 2): by how much each of K independent influences moves the corners in the photo,
    one standard uncertainty of it. Without a `lens`, its distortion is one influence more. Raises
    UsageError where the corners give no plane.
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
