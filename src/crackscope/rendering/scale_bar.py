"""A scale bar: a line in a picture, of a round length on the surface."""

import math
from dataclasses import dataclass

_STEPS = (5, 2, 1)
_MARGIN = 12.0
"""Pixels of the picture from its left and lower edge; the label needs as much above the line."""
_SMALLEST = 60.0
"""Pixels of a picture below which it has no room for a bar and its label."""

_SCALES = (1e-6, 1e6)
"""Millimetres a pixel, from a microscope's to a satellite's, with room to both sides."""


@dataclass(frozen=True)
class Bar:
    """A line from (x, y) to the right, in pixels of the picture from its upper left corner, and
    the length that it stands for."""

    x: float
    y: float
    length: float
    label: str


def bar(width: float, height: float, mm_per_px: float) -> Bar | None:
    """The bar in a picture of `width` x `height` px whose pixels are `mm_per_px` mm of the surface,
    a third as long as it at most; None where there is no room, and for a scale of no photo."""
    low, high = _SCALES
    if min(width, height) < _SMALLEST or not low < mm_per_px < high:
        return None
    length = round_length(width / 3 * mm_per_px)
    return Bar(_MARGIN, height - _MARGIN, length / mm_per_px, label(length))


def round_length(most: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above `most`, which is above 0."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in _STEPS if step * power <= most * (1 + 1e-9))


def label(length_mm: float) -> str:
    """As in "50 mm" or "2 m"."""
    return f"{length_mm:g} mm" if length_mm < 1000 else f"{length_mm / 1000:g} m"
