"""A plan as lines of text, for a terminal."""

import math

from crackscope.measurement.plan.plan import Plan


def summary(plan: Plan) -> list[str]:
    """The plan, then its warnings, one line each."""
    width, height = plan.footprint_mm
    lens = "" if plan.focal_length_mm is None else f", focal length {plan.focal_length_mm:.3g} mm"
    said = [
        f"Distance: {_length(plan.distance_mm)}{lens}",
        f"Scale: {plan.mm_per_px:.3g} mm per pixel, to {plan.purpose} cracks of "
        f"{plan.smallest_mm:.2g} mm or wider",
        f"Area of a photo: {_length(width)} x {_length(height)}",
    ]
    if plan.photos is not None:
        said.append(f"Number of photos: {plan.photos}")
    if plan.longest_exposure_s is not None:
        said.append(f"Longest exposure: {_time(plan.longest_exposure_s)}")
    if plan.sharp_mm is not None:
        near, far = plan.sharp_mm
        limits = "infinity" if math.isinf(far) else _length(far)
        said.append(f"Depth of field: {_length(near)} to {limits}")
    return said + [f"Warning: {text}" for text in plan.warnings]


def _length(mm: float) -> str:
    return f"{mm / 1000:.3g} m" if mm >= 1000 else f"{mm:.3g} mm"


def _time(seconds: float) -> str:
    """As on cameras, e.g. 1/250 s; rounded down."""
    return f"1/{math.ceil(1 / seconds)} s" if seconds < 1 else f"{seconds:.2g} s"
