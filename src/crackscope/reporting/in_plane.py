"""A photo and its lines as seen straight on, in the plane that a scale gives.

Without it, a drawing has one scale for the whole photo, and lines that recede are too short in it.
"""

from dataclasses import dataclass

import numpy as np
import simplejpeg

from crackscope.errors import UsageError
from crackscope.measurement.homography import Floats
from crackscope.measurement.lens import Lens
from crackscope.measurement.plane import Plane, Projection
from crackscope.measurement.rectify import Frame, frame_of, outline_of, rectify
from crackscope.rendering import thumbnail
from crackscope.reporting.outlines import shoelace
from crackscope.types import Photo, PhotoScale

_FARTHEST = 20.0
"""Maximum side of the frame, relative to that of the photo at its scale: a photo that nearly shows
the horizon has a corner that lies far away."""


@dataclass(frozen=True, slots=True, eq=False)
class InPlane:
    """The plane of a photo of `size` (width, height), and the frame that a drawing shows of it."""

    scale: PhotoScale
    size: tuple[int, int]
    plane: Plane
    frame: Frame

    def to_mm(self, points: Floats) -> Floats:
        """Map (N, 2) pixels of the photo to mm from the top left of the frame."""
        return self.frame.of_plane(self.plane.to_mm(points))

    @property
    def area_mm2(self) -> float:
        """The area of the surface in the photo."""
        return shoelace([(x, y) for x, y in self.to_mm(outline_of(*self.size)).tolist()])

    def picture(self, copy: bytes) -> bytes:
        """A reduced copy of the photo (JPEG), rectified to the frame.

        Raises ValueError if it is damaged, UsageError if its pixels are too coarse to rectify.
        """
        pixels = simplejpeg.decode_jpeg(copy)
        size = pixels.shape[1], pixels.shape[0]
        sides = self.frame.width_mm / size[0], self.frame.height_mm / size[1]
        found = rectify(Photo("", pixels), _plane(self.scale, self.size, size), max(sides))
        return thumbnail.of_pixels(found.photo.pixels, max(found.photo.pixels.shape), 75)


def in_plane(scale: PhotoScale | None, width: int, height: int) -> InPlane | None:
    """The plane of a photo of `width` x `height` px; None if it is unknown, or seen too flat."""
    if scale is None or scale.plane is None:
        return None
    size = (width, height)
    plane = _plane(scale, size, size)
    try:
        frame = frame_of(plane, width, height)
    except UsageError:  # the photo shows the horizon
        return None
    longest = max(frame.width_mm, frame.height_mm)
    if longest > _FARTHEST * max(size) * scale.mm_per_px:
        return None
    return InPlane(scale, size, plane, frame)


def _plane(scale: PhotoScale, size: tuple[int, int], copy: tuple[int, int]) -> Plane:
    """The plane in pixels of a reduced copy, of the size (width, height), of a photo.

    Rounding changes the aspect ratio of the copy of a long photo, which is no fault.
    """
    lens = None if scale.lens is None else Lens.of_list(scale.lens, size).resized(*copy)
    matrix = np.array(scale.plane, np.float64).reshape(3, 3)
    larger = np.diag([size[0] / copy[0], size[1] / copy[1], 1.0])
    return Plane(Projection(matrix @ larger, lens))
