"""A hypothesis about the optics of a photo."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Optics:
    """A hypothesis about the optics common to all cracks of a photo.

    `blur_px` is the standard deviation of the blur in pixels; `depth` the grey value inside cracks
    as a fraction of the ground's; `tone` the exponent from grey values to the values that blur
    mixes (1 to 2.2); `halo` the strength of sharpening: the added fraction of the difference to the
    surroundings, about 1 px wide.
    """

    blur_px: float
    depth: float
    tone: float = 1.0
    halo: float = 0.0
