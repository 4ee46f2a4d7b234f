"""How wide the sensors of cameras are: a small table, and no guess for what it does not hold."""

from functools import cache
from importlib.resources import files

import yaml


def sensor_width_mm(camera: str | None) -> float | None:
    """The longer side of the sensor of a camera, by make and model as metadata has them; None:
    unknown."""
    return _table().get(camera.casefold()) if camera else None


@cache
def _table() -> dict[str, float]:
    content = files("crackscope.measurement.scale").joinpath("sensors.yaml").read_text("utf-8")
    return {name.casefold(): float(width) for name, width in yaml.safe_load(content).items()}
