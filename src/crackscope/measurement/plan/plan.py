"""Photo plans: from the narrowest crack to distance, focal length and number of photos."""

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from crackscope.errors import UsageError
from crackscope.measurement.plan import optics
from crackscope.measurement.plan.camera import Camera
from crackscope.measurement.plan.view import View, view
from crackscope.measurement.plan.wanted import PX_ACROSS, Wanted

MOST_BLUR_PX = 0.5
"""Maximum blur without a warning, of motion (length) or diffraction (standard deviation). Lens and
sensor blur by about 1 px anyway, to which half a pixel adds little."""
TILT_DEG = 20.0
"""Tilt between surface and sensor in hand-held photos; the whole depth must be sharp."""
CLOSEST = 0.15
"""Maximum magnification of ordinary lenses; above it, a macro lens is needed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Distance and coverage of the photos; unknown values are None.

    `smallest_mm` is the narrowest crack for which the photos serve the purpose. `sharp_mm` are the
    limits of the depth of field, sharp to one pixel. `diffraction_px` is a standard deviation. At
    `longest_exposure_s` the motion blur is MOST_BLUR_PX. `warnings` list problems with remedies.
    """

    purpose: str
    width_mm: float
    smallest_mm: float
    mm_per_px: float
    distance_mm: float
    focal_length_mm: float | None
    magnification: float | None
    footprint_mm: tuple[float, float]
    photos: int | None = None
    motion_px: float | None = None
    longest_exposure_s: float | None = None
    sharp_mm: tuple[float, float] | None = None
    diffraction_px: float | None = None
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As a JSON document; an infinite distance becomes None."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _plain(value) for name, value in values.items()}


def plan(wanted: Wanted, camera: Camera) -> Plan:
    """Plan photos for the wanted cracks.

    Computes the distance from the focal length, or the reverse. If both are given, the plan states
    what they achieve. Raises UsageError if neither is given, or if they contradict each other.
    """
    if wanted.focal_length_mm is not None:
        if camera.pitch_mm is None:
            raise UsageError("focal_length_mm needs a camera whose sensor width is known")
        camera = camera.with_focal(wanted.focal_length_mm)
    seen = view(camera, wanted.mm_per_px, wanted.distance_mm)
    found = Plan(
        wanted.purpose,
        wanted.width_mm,
        seen.mm_per_px * PX_ACROSS[wanted.purpose],
        seen.mm_per_px,
        seen.distance_mm,
        seen.camera.focal_mm,
        seen.magnification,
        seen.footprint_mm,
        None if wanted.area_m is None else seen.photos(wanted.area_m, wanted.overlap),
    )
    return _warned(_stopped(_moved(found, wanted), seen, wanted.f_number))


def _moved(found: Plan, wanted: Wanted) -> Plan:
    """Add the motion blur."""
    if wanted.speed_m_s is None:
        return found
    speed = 1000 * wanted.speed_m_s
    longest = MOST_BLUR_PX * found.mm_per_px / speed
    if wanted.exposure_s is None:
        return replace(found, longest_exposure_s=longest)
    blur = optics.motion_px(speed, wanted.exposure_s, found.mm_per_px)
    return replace(found, longest_exposure_s=longest, motion_px=blur)


def _stopped(found: Plan, seen: View, f_number: float | None) -> Plan:
    """Add depth of field and diffraction."""
    if f_number is None:
        return found
    sharp, diffraction = seen.sharp_mm(f_number), seen.diffraction_px(f_number)
    return replace(found, sharp_mm=sharp, diffraction_px=diffraction)


def _warned(found: Plan) -> Plan:
    """Add warnings, each with a remedy."""
    said = [
        (
            found.smallest_mm > found.width_mm * (1 + 1e-9),
            f"at {found.distance_mm:.0f} mm this lens can {found.purpose} cracks of "
            f"{found.smallest_mm:.2g} mm or wider, not {found.width_mm:g} mm. Move closer, or use "
            "a longer focal length",
        ),
        (
            (found.motion_px or 0) > MOST_BLUR_PX,
            f"motion blur is {found.motion_px or 0:.1f} px. Expose for at most "
            f"{found.longest_exposure_s or 0:.2g} s, move slower, or stop for each photo",
        ),
        (
            (found.diffraction_px or 0) > MOST_BLUR_PX,
            f"diffraction blur is {found.diffraction_px or 0:.1f} px. Open the aperture",
        ),
        (
            not _is_sharp(found),
            f"a surface tilted by {TILT_DEG:g} degrees exceeds the depth of field. Hold the camera "
            "square to it, or close the aperture",
        ),
        (
            (found.magnification or 0) > CLOSEST,
            f"at {found.distance_mm:.0f} mm an ordinary lens may not focus. Use a macro lens, or a "
            "longer focal length from farther away",
        ),
    ]
    return replace(found, warnings=tuple(text for holds, text in said if holds))


def _is_sharp(found: Plan) -> bool:
    """Whether a tilted surface is within the depth of field; true if that is unknown."""
    if found.sharp_mm is None:
        return True
    depth = found.footprint_mm[1] * math.sin(math.radians(TILT_DEG)) / 2
    near, far = found.sharp_mm
    return near <= found.distance_mm - depth and found.distance_mm + depth <= far


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
