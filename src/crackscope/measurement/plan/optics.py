"""Thin-lens formulas for a flat surface; all lengths in mm.

d is the distance from the lens to the surface, f the focal length, p the pixel pitch, g the ground
sampling distance in mm per pixel, N the f-number.
"""

import math

_WAVELENGTH_MM = 0.00055
"""Green light, at the maximum sensitivity of eyes and sensors."""
_AIRY_SIGMA = 0.42
"""Standard deviation of the Gaussian closest to an Airy disk, in wavelengths times N."""


def mm_per_px(distance: float, ratio: float, focal: float | None) -> float:
    """g = (p / f) (d - f), with the image at d f / (d - f) behind the lens.

    Without the focal length, g = (p / f) d, which is too large by f / d.
    """
    return ratio * (distance - (focal or 0.0))


def distance_for(sampling: float, ratio: float, focal: float | None) -> float:
    """d = g / (p / f) + f: the maximum distance for a ground sampling distance of g."""
    return sampling / ratio + (focal or 0.0)


def focal_for(sampling: float, distance: float, pitch: float) -> float:
    """f = d / (1 + g / p): the minimum focal length for a ground sampling distance of g."""
    return distance / (1 + sampling / pitch)


def depth_of_field(
    distance: float, focal: float, f_number: float, circle: float
) -> tuple[float, float]:
    """The near and far limit of the depth of field for a circle of confusion of `circle`.

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
    """Length of the motion blur in pixels: v t / g; speed in mm/s."""
    return speed * exposure / sampling


def photos_along(length: float, footprint: float, overlap: float) -> int:
    """ceil((L - o F) / (F (1 - o))): number of overlapping photos that cover a length."""
    if length <= footprint:
        return 1
    return math.ceil((length - overlap * footprint) / (footprint * (1 - overlap)) - 1e-9)
