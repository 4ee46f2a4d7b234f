"""What a camera shows of a flat surface from a distance."""

import math
from dataclasses import dataclass

from crackscope.errors import UsageError
from crackscope.measurement.plan import optics
from crackscope.measurement.plan.camera import Camera


@dataclass(frozen=True, slots=True)
class View:
    """A camera whose lens is known, `distance_mm` before the surface."""

    camera: Camera
    distance_mm: float
    mm_per_px: float

    @property
    def footprint_mm(self) -> tuple[float, float]:
        """What one photo covers: the longer side and the shorter one."""
        sides = sorted((self.camera.width_px, self.camera.height_px), reverse=True)
        return self.mm_per_px * sides[0], self.mm_per_px * sides[1]

    @property
    def magnification(self) -> float | None:
        """The image on the sensor by the surface; None where the sensor is unknown."""
        pitch = self.camera.pitch_mm
        return None if pitch is None else pitch / self.mm_per_px

    def photos(self, area_m: tuple[float, float], overlap: float) -> int:
        """How many cover an area, the longer side of each along the first length."""
        sides = zip(area_m, self.footprint_mm, strict=True)
        return math.prod(optics.photos_along(1000 * each, side, overlap) for each, side in sides)

    def sharp_mm(self, f_number: float) -> tuple[float, float] | None:
        """The nearest and farthest distance that is sharp to one pixel, focused on the surface."""
        pitch, focal = self.camera.pitch_mm, self.camera.focal_mm
        if pitch is None or focal is None:
            return None
        return optics.depth_of_field(self.distance_mm, focal, f_number, pitch)

    def diffraction_px(self, f_number: float) -> float | None:
        """The blur of diffraction as a standard deviation; None where the sensor is unknown."""
        pitch, magnification = self.camera.pitch_mm, self.magnification
        if pitch is None or magnification is None:
            return None
        return optics.diffraction_px(f_number, pitch, magnification)


def view(camera: Camera, wanted_mm_per_px: float, distance_mm: float | None) -> View:
    """The view that reaches a ground sampling distance, or the one from a distance that is given.

    A camera without a focal length gets the one that reaches it. Raises UsageError where neither is
    known, and where the surface would be within the lens.
    """
    if camera.ratio is None:
        if distance_mm is None or camera.pitch_mm is None:
            raise UsageError(
                "distance or focal length is needed: give distance_mm, or focal_length_mm"
            )
        focal = optics.focal_for(wanted_mm_per_px, distance_mm, camera.pitch_mm)
        return View(camera.with_focal(focal), distance_mm, wanted_mm_per_px)
    if distance_mm is None:
        found = optics.distance_for(wanted_mm_per_px, camera.ratio, camera.focal_mm)
        return View(camera, found, wanted_mm_per_px)
    if distance_mm <= (camera.focal_mm or 0.0):
        raise UsageError(
            f"distance_mm must be above the focal length, {camera.focal_mm:g} mm. "
            f"Received: {distance_mm:g}"
        )
    sampling = optics.mm_per_px(distance_mm, camera.ratio, camera.focal_mm)
    return View(camera, distance_mm, sampling)
