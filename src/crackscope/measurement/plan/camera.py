"""The camera of a plan: pixels, pixel pitch and focal length."""

from dataclasses import dataclass

from crackscope.measurement.plan.wanted import above_0
from crackscope.options import Rule, check


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera with `width_px` x `height_px` square pixels.

    `pitch_mm` is the pixel pitch on the sensor, `focal_mm` the focal length. Either may be unknown
    if `ratio`, pitch by focal length, is given. Create one with `of_sensor` or `of_ratio`.
    """

    width_px: int
    height_px: int
    pitch_mm: float | None = None
    focal_mm: float | None = None
    ratio: float | None = None

    @classmethod
    def of_sensor(
        cls, width_px: int, height_px: int, sensor_width_mm: float, focal_mm: float | None = None
    ) -> "Camera":
        """Create a camera from the sensor width, i.e. the longer side of the photo.

        Without a focal length, the plan computes it from a distance. Raises UsageError that lists
        all invalid values.
        """
        lengths = {"sensor width": sensor_width_mm, "focal length": focal_mm}
        check(*_pixels(width_px, height_px), *(above_0(*each) for each in lengths.items()))
        pitch = sensor_width_mm / max(width_px, height_px)
        ratio = None if focal_mm is None else pitch / focal_mm
        return cls(width_px, height_px, pitch, focal_mm, ratio)

    @classmethod
    def of_ratio(
        cls, width_px: int, height_px: int, ratio: float, focal_mm: float | None = None
    ) -> "Camera":
        """Create a camera from pixel pitch by focal length, as given by EXIF.

        Without a focal length, the plan has no depth of field or diffraction. Raises UsageError
        that lists all invalid values.
        """
        lengths = {"pixel by focal length": ratio, "focal length": focal_mm}
        check(*_pixels(width_px, height_px), *(above_0(*each) for each in lengths.items()))
        pitch = None if focal_mm is None else ratio * focal_mm
        return cls(width_px, height_px, pitch, focal_mm, ratio)

    def with_focal(self, focal_mm: float) -> "Camera":
        """The same camera with another focal length. The sensor must be known."""
        if self.pitch_mm is None:
            raise ValueError("a camera whose sensor is unknown cannot change its focal length")
        ratio = self.pitch_mm / focal_mm
        return Camera(self.width_px, self.height_px, self.pitch_mm, focal_mm, ratio)


def _pixels(width_px: int, height_px: int) -> list[Rule]:
    sides = {"width of the photo": width_px, "height of the photo": height_px}
    return [
        (side >= 1, f"{name} must be at least 1 px. Received: {side}")
        for name, side in sides.items()
    ]
