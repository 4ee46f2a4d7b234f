"""Sensor widths of cameras, from a small table."""

from functools import cache
from importlib.resources import files


def sensor_width_mm(camera: str | None) -> float | None:
    """The longer side of a camera's sensor in mm, by make and model as in metadata.

    None if unknown.
    """
    return _table().get(camera.casefold()) if camera else None


@cache
def _table() -> dict[str, float]:
    import yaml  # slow import; most scales need no sensor

    content = files("crackscope.measurement.scale").joinpath("sensors.yaml").read_text("utf-8")
    return {name.casefold(): float(width) for name, width in yaml.safe_load(content).items()}
