"""Parsing and validation of numbers from users."""

import math

from crackscope.errors import UsageError
from crackscope.measurement.homography import Floats, points_of
from crackscope.types import Photo


def numbers(text: str, count: int, usage: str) -> tuple[float, ...]:
    """Parse `count` comma-separated numbers; raises UsageError with the usage."""
    parts = [part.strip() for part in text.split(",")]
    try:
        values = tuple(float(part) for part in parts)
    except ValueError:
        values = ()
    if len(values) != count:
        raise UsageError(f"must be written as {usage}. Received: {text!r}")
    return values


def split(text: str, usage: str) -> tuple[str, str]:
    """The text before and after the equals sign; raises UsageError with the usage."""
    before, equals, after = text.partition("=")
    if not equals:
        raise UsageError(f"must be written as {usage}. Received: {text!r}")
    return before, after


def check_above_0(value: float, name: str, most: float = 1e6) -> float:
    """The value, if above 0 and at most `most`; raises UsageError otherwise."""
    if isinstance(value, bool) or not (math.isfinite(value) and 0 < value <= most):
        raise UsageError(f"{name} must be above 0 and at most {most:g}. Received: {value!r}")
    return float(value)


def check_0_or_more(value: float, name: str, most: float = 1e6) -> float:
    """The value, if 0 to `most`; raises UsageError otherwise."""
    if isinstance(value, bool) or not (math.isfinite(value) and 0 <= value <= most):
        raise UsageError(f"{name} must be 0 to {most:g}. Received: {value!r}")
    return float(value)


def inside(points: tuple[tuple[float, float], ...], photo: Photo, name: str) -> Floats:
    """The (N, 2) points, if all are inside the photo; raises UsageError otherwise."""
    found = points_of(points, name)
    outside = ((found < 0) | (found > (photo.width, photo.height))).any(axis=1)
    if outside.any():
        raise UsageError(
            f"{name} must be inside {photo.path}, {photo.width} x {photo.height} px. "
            f"Received: {found[outside][0].tolist()}"
        )
    return found
