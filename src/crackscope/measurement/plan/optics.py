"""Formulas of a thin lens before a flat surface; all lengths in mm.

d is the distance from the lens to the surface, f the focal length, p the side of a pixel on the
sensor, g the ground sampling distance in mm per pixel, N the f-number.
"""

import math

_WAVELENGTH_MM = 0.00055
"""Green light, to which eyes and sensors respond most."""
_AIRY_SIGMA = 0.42
"""Standard deviation of the Gaussian that is nearest to an Airy disk, in wavelengths times N."""


def mm_per_px(distance: float, ratio: float, focal: float | None) -> float:
    """g = (p / f) (d - f): the image lies at d f / (d - f) behind the lens.

    Without the focal length g = (p / f) d, too large by f / d.
    """
    return ratio * (distance - (focal or 0.0))


def distance_for(sampling: float, ratio: float, focal: float | None) -> float:
    """d = g / (p / f) + f: the farthest from which a pixel shows no more than g."""
    return sampling / ratio + (focal or 0.0)


def focal_for(sampling: float, distance: float, pitch: float) -> float:
    """f = d / (1 + g / p): the shortest with which a pixel shows no more than g."""
    return distance / (1 + sampling / pitch)


def depth_of_field(
    distance: float, focal: float, f_number: float, circle: float
) -> tuple[float, float]:
    """The nearest and the farthest distance whose circle of confusion is at most `circle`.

    With the hyperfocal distance H = f² / (N c) + f: near = d (H - f) / (H + d - 2 f), far =
    d (H - f) / (H - d), infinite from d = H on.
    """
    hyperfocal = focal**2 / (f_number * circle) + focal
    near = distance * (hyperfocal - focal) / (hyperfocal + distance - 2 * focal)
    if distance >= hyperfocal:
        return near, math.inf
    return near, distance * (hyperfocal - focal) / (hyperfocal - distance)


def diffraction_px(f_number: float, pitch: float, magnification: float) -> float:
    """Standard deviation of the blur of diffraction, in pixels: 0.42 λ N (1 + m) / p."""
    return _AIRY_SIGMA * _WAVELENGTH_MM * f_number * (1 + magnification) / pitch


def motion_px(speed: float, exposure: float, sampling: float) -> float:
    """How far the surface moves in the photo while it is exposed: v t / g; speed in mm/s."""
    return speed * exposure / sampling


def photos_along(length: float, footprint: float, overlap: float) -> int:
    """ceil((L - o F) / (F (1 - o))): photos that cover a length, each overlapping the next."""
    if length <= footprint:
        return 1
    return math.ceil((length - overlap * footprint) / (footprint * (1 - overlap)) - 1e-9)
