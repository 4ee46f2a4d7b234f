"""Plan distance, lens and number of photos."""

from typing import Unpack

from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.keywords import PlanKeywords
from crackscope.commands.plan.settings import PlanConfig, two
from crackscope.errors import ImageError, UsageError
from crackscope.images.read import read
from crackscope.measurement.plan import Camera, Wanted, summary
from crackscope.measurement.plan import plan as plan_photos
from crackscope.measurement.scale.pixel_pitch import pitch_of
from crackscope.measurement.scale.scale import Notice
from crackscope.measurement.scale.sensors import sensor_width_mm


@checked
def plan(width: float | str, **settings: Unpack[PlanKeywords]) -> Outcome:
    """`crackscope plan` from Python: `Outcome.data` is the plan.

    Settings are the fields of `PlanConfig`.
    """
    return run(make(PlanConfig, width, **settings))


def run(config: PlanConfig) -> Outcome:
    """Return the plan as text and data; writes nothing."""
    wanted = Wanted(
        config.width_mm or 0.0,
        purpose=config.purpose,
        distance_mm=config.distance_mm,
        area_m=None if config.area is None else two(config.area),
        overlap=config.overlap,
        speed_m_s=config.speed_m_s,
        exposure_s=config.exposure_s,
        f_number=config.f_number,
    )
    found = plan_photos(wanted, _camera(config))
    return Outcome("\n".join(summary(found)), data=found.to_dict())


def _camera(config: PlanConfig) -> Camera:
    sensor = config.sensor_mm if config.camera is None else _sensor(config.camera)
    if config.photo is not None:
        return _of_photo(config, sensor)
    if sensor is None:
        raise UsageError("sensor size required. Give sensor_mm or camera")
    width, height = two(config.pixels or "")
    return Camera.of_sensor(int(width), int(height), sensor, config.focal_length_mm)


def _sensor(camera: str) -> float:
    found = sensor_width_mm(camera)
    if found is None:
        raise UsageError(
            f"unknown sensor size. Received: camera {camera!r}. Give sensor_mm instead"
        )
    return found


def _of_photo(config: PlanConfig, sensor: float | None) -> Camera:
    """The camera that took a photo; for another focal length, its sensor must be known."""
    assert config.photo is not None
    try:
        photo = read(config.photo)
    except ImageError as error:
        raise UsageError(f"photo {config.photo} cannot be read: {error}") from error
    pitch = pitch_of(photo, config.focal_length_mm, sensor)
    if isinstance(pitch, Notice):
        raise UsageError(pitch.text)
    return Camera.of_ratio(photo.width, photo.height, pitch.ratio, pitch.focal_mm or None)
