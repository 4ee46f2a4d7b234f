"""What the camera makes of a crack: one idea of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Optics:
    """One idea of what a photo shares.

    `blur_px` the standard deviation of its blur in pixels; `depth` the grey value inside cracks as
    a fraction of the ground's; `tone` the exponent from grey values to what blurs (1 to 2.2);
    `halo` how much the camera sharpened: the fraction of what differs from around it, about 1 px
    wide, that is added.
    """

    blur_px: float
    depth: float
    tone: float = 1.0
    halo: float = 0.0
