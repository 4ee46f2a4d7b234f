"""Rectified photos: resampled in the plane, at a given mm per pixel."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import UsageError
from crackscope.measurement.homography import Floats
from crackscope.measurement.plane import Plane
from crackscope.measurement.scale.numbers import check_above_0
from crackscope.types import Photo, Pixels

MOST_MEGAPIXELS = 100.0
_BLOCK = 1 << 18
"""Pixels of the result per block: about 100 MB."""
_MOST_SAMPLES = 8
"""Maximum samples per side that are averaged for a pixel of the result."""
_BORDER = 33
"""Points along each side of the photo that approximate its outline in the plane."""
_OUTSIDE = np.uint8(255)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The rectangle in a plane that holds a photo, in the orientation of the photo.

    `origin_mm` (x, y) is its top left in the plane, `turn` (2, 2) rotates mm from there to the axes
    of the plane; `width_mm` and `height_mm` are its sides.
    """

    origin_mm: tuple[float, float]
    turn: Floats
    width_mm: float
    height_mm: float

    def to_plane(self, points: Floats) -> Floats:
        """Map (N, 2) mm from the top left of the frame to mm in the plane."""
        return np.asarray(points @ self.turn.T + self.origin_mm, np.float64)

    def of_plane(self, points: Floats) -> Floats:
        """The inverse of `to_plane`."""
        return np.asarray((points - self.origin_mm) @ self.turn, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Rectified:
    """A rectified photo, white outside the area of the photo; `frame` is its place in the plane."""

    photo: Photo
    mm_per_px: float
    frame: Frame

    def to_plane(self, points: Floats) -> Floats:
        """Map (N, 2) pixels of the rectified photo to mm in the plane."""
        return self.frame.to_plane(points * self.mm_per_px)


def rectify(
    photo: Photo, plane: Plane, mm_per_px: float, max_megapixels: float = MOST_MEGAPIXELS
) -> Rectified:
    """Rectify a photo to `mm_per_px` mm per pixel, in the orientation of the photo.

    Each pixel is the mean of interpolated samples, as dense as the pixels of the photo. The result
    has no metadata and EXIF, as they are no longer valid. Raises UsageError if the result had more
    than `max_megapixels`, or if the photo shows the horizon of the plane.
    """
    check_above_0(mm_per_px, "mm per pixel", 1e4)
    frame = frame_of(plane, photo.width, photo.height)
    sides = (frame.width_mm, frame.height_mm)
    width, height = (max(1, math.ceil(side / mm_per_px)) for side in sides)
    if width * height > max_megapixels * 1e6:
        coarser = mm_per_px * math.sqrt(width * height / max_megapixels / 1e6)
        raise UsageError(
            f"a rectified photo must have at most {max_megapixels:g} megapixels. {photo.path} "
            f"would have {width} x {height} px at {mm_per_px:g} mm per pixel. Use {coarser:.2g} mm "
            "or more"
        )
    empty = Photo(photo.path, np.full((height, width, 3), _OUTSIDE), remark=photo.remark)
    found = Rectified(empty, mm_per_px, frame)
    pixels = np.concatenate(list(_blocks(photo, plane, found)))
    return replace(found, photo=replace(empty, pixels=pixels))


def frame_of(plane: Plane, width: int, height: int) -> Frame:
    """The frame of a photo of `width` x `height` px.

    Raises UsageError if the photo shows the horizon of the plane.
    """
    turn = _turn(plane, width, height)
    outline = plane.to_mm(outline_of(width, height)) @ turn
    low, high = outline.min(axis=0), outline.max(axis=0)
    x, y = (turn @ low).tolist()
    return Frame((x, y), turn, *(high - low).tolist())


def _turn(plane: Plane, width: int, height: int) -> Floats:
    """The rotation (2, 2), with a reflection if needed, to x right and y down.

    These directions are those in the middle of the photo.
    """
    jacobian = plane.jacobian(np.array([[width / 2, height / 2]]))[0]
    right = jacobian[:, 0] / np.linalg.norm(jacobian[:, 0])
    side = 1.0 if np.linalg.det(jacobian) > 0 else -1.0
    return np.array([[right[0], -side * right[1]], [right[1], side * right[0]]])


def outline_of(width: int, height: int) -> Floats:
    """Points (N, 2) along the border of a photo, in pixels, once around."""
    w, h = float(width), float(height)
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]])
    steps = np.linspace(0, 1, _BORDER)[:, None]
    sides = [corners[k] + steps * (corners[(k + 1) % 4] - corners[k]) for k in range(4)]
    return np.concatenate(sides)


def _blocks(photo: Photo, plane: Plane, found: Rectified) -> Iterator[Pixels]:
    """The result, block by block of rows."""
    width, height = found.photo.width, found.photo.height
    samples = _samples(photo, plane, found)
    rows = max(1, _BLOCK // (width * samples * samples))
    x = (np.arange(width * samples) + 0.5) / samples
    for top in range(0, height, rows):
        count = min(rows, height - top)
        y = top + (np.arange(count * samples) + 0.5) / samples
        points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        seen = plane.projection.to_px(found.to_plane(points))
        colours = _sample(photo.pixels, seen).reshape(count, samples, width, samples, 3)
        yield np.rint(colours.mean(axis=(1, 3))).astype(np.uint8)


def _samples(photo: Photo, plane: Plane, found: Rectified) -> int:
    """Samples per side: pixels of the photo per pixel of the result, at the finest place."""
    outline = outline_of(photo.width, photo.height)
    finest = np.sqrt(np.abs(np.linalg.det(plane.jacobian(outline)))).min()
    return int(np.clip(math.ceil(found.mm_per_px / finest), 1, _MOST_SAMPLES))


def _sample(pixels: Pixels, points: Floats) -> NDArray[np.float32]:
    """(N, 3) colours, interpolated bilinearly; white outside the photo."""
    height, width = pixels.shape[:2]
    with np.errstate(invalid="ignore"):
        inside = np.all((points >= 0) & (points <= (width, height)), axis=1)
    place = np.where(inside[:, None], points, 0.0) - 0.5
    place = np.clip(place, 0, (width - 1, height - 1))
    low = np.minimum(place.astype(np.intp), (max(width - 2, 0), max(height - 2, 0)))
    part = (place - low).astype(np.float32)
    x, y = low[:, 0], low[:, 1]
    across, down = part[:, :1], part[:, 1:]
    upper = pixels[y, x] * (1 - across) + pixels[y, x + 1] * across
    lower = pixels[y + 1, x] * (1 - across) + pixels[y + 1, x + 1] * across
    colours = upper * (1 - down) + lower * down
    return np.where(inside[:, None], colours, np.float32(_OUTSIDE)).astype(np.float32)
