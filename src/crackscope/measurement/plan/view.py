"""The view of a camera on a flat surface at a distance."""

import math
from dataclasses import dataclass

from crackscope.errors import UsageError
from crackscope.measurement.plan import optics
from crackscope.measurement.plan.camera import Camera


@dataclass(frozen=True, slots=True)
class View:
    """A camera with a known lens at `distance_mm` from the surface."""

    camera: Camera
    distance_mm: float
    mm_per_px: float

    @property
    def footprint_mm(self) -> tuple[float, float]:
        """Area covered by one photo: longer and shorter side."""
        sides = sorted((self.camera.width_px, self.camera.height_px), reverse=True)
        return self.mm_per_px * sides[0], self.mm_per_px * sides[1]

    @property
    def magnification(self) -> float | None:
        """Size of the image by size of the object; None if the sensor is unknown."""
        pitch = self.camera.pitch_mm
        return None if pitch is None else pitch / self.mm_per_px

    def photos(self, area_m: tuple[float, float], overlap: float) -> int:
        """Number of photos that cover an area, with their longer side along its first side."""
        sides = zip(area_m, self.footprint_mm, strict=True)
        return math.prod(optics.photos_along(1000 * each, side, overlap) for each, side in sides)

    def sharp_mm(self, f_number: float) -> tuple[float, float] | None:
        """Limits of the depth of field, sharp to one pixel, with focus on the surface."""
        pitch, focal = self.camera.pitch_mm, self.camera.focal_mm
        if pitch is None or focal is None:
            return None
        return optics.depth_of_field(self.distance_mm, focal, f_number, pitch)

    def diffraction_px(self, f_number: float) -> float | None:
        """Standard deviation of the diffraction blur; None if the sensor is unknown."""
        pitch, magnification = self.camera.pitch_mm, self.magnification
        if pitch is None or magnification is None:
            return None
        return optics.diffraction_px(f_number, pitch, magnification)


def view(camera: Camera, wanted_mm_per_px: float, distance_mm: float | None) -> View:
    """The view for a ground sampling distance, or at a given distance.

    A camera without a focal length gets the required one. Raises UsageError if distance and focal
    length are both unknown, or if the surface would be inside the lens.
    """
    if camera.ratio is None:
        if distance_mm is None or camera.pitch_mm is None:
            raise UsageError(
                "a plan needs distance or focal length: give distance_mm, or focal_length_mm"
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
