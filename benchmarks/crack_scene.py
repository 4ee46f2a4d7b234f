"""A crack of known width on a plane, in millimetres: its geometry and its darkness.

Used by rendered.py only. It shares no code with the measurement.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_STEP_MM = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class CrackLine:
    """A crack along v: its centre `u` and its width at each `v` (K,), in mm.

    `angle` rotates it about the origin of the plane, in radians.
    """

    v: Floats
    u: Floats
    width: Floats
    angle: float

    def covered(self, x: Floats, y: Floats, sample_mm: Floats | float) -> Floats:
        """The fraction of each sample, `sample_mm` wide, that the crack covers."""
        across, place = self._turned(x, y)
        slope = np.interp(place, self.v, np.gradient(self.u, self.v))
        off = np.abs(across - np.interp(place, self.v, self.u)) / np.sqrt(1 + slope**2)
        half = np.interp(place, self.v, self.width) / 2
        low, high = off - sample_mm / 2, off + sample_mm / 2
        inside = np.minimum(high, half) - np.maximum(low, -half)
        return np.clip(inside / sample_mm, 0.0, 1.0)

    def points(self, every_mm: float) -> tuple[Floats, Floats]:
        """(P, 2) x and y of the centre line in mm, and (P,) the true widths there."""
        place = np.arange(self.v[0], self.v[-1], every_mm)
        across = np.interp(place, self.v, self.u)
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        points = np.stack([cosine * across - sine * place, sine * across + cosine * place], axis=1)
        return points, np.interp(place, self.v, self.width)

    def _turned(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        return cosine * x + sine * y, -sine * x + cosine * y


def winding(rng: np.random.Generator, width_mm: float, reach_mm: float) -> CrackLine:
    """A winding crack of about `width_mm` through the origin, `reach_mm` long on each side."""
    v = np.arange(-reach_mm, reach_mm + _STEP_MM, _STEP_MM)
    u = np.zeros_like(v)
    for wavelength, slope in ((reach_mm, 0.25), (reach_mm / 3, 0.2), (reach_mm / 8, 0.12)):
        wavelength = max(wavelength, 8 * width_mm)
        phase, height = rng.uniform(0, 2 * np.pi), slope * wavelength / (2 * np.pi)
        u += rng.uniform(0.3, 1.0) * height * np.sin(2 * np.pi * v / wavelength + phase)
    swell = 0.12 * _smooth(rng, len(v), 6.0 / _STEP_MM) + 0.04 * _smooth(rng, len(v), 1 / _STEP_MM)
    width = width_mm * np.clip(1 + swell, 0.5, 1.5)
    return CrackLine(v, u - np.interp(0, v, u), width, rng.uniform(0, np.pi))


def _smooth(rng: np.random.Generator, count: int, over: float) -> Floats:
    """(count,) noise of standard deviation 1, smooth over about `over` samples."""
    reach = int(3 * over) + 1
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / over) ** 2)
    noise = np.convolve(rng.standard_normal(count + 2 * reach), taps, "valid")
    return np.asarray(noise / np.sqrt((taps**2).sum()))


def concrete(rng: np.random.Generator, size: int) -> Floats:
    """(size, size) reflectance of generated concrete, mean about 0.35: clouds, grains and pores."""
    field = np.zeros((size, size))
    for scale, height in ((size // 4, 0.06), (24, 0.03), (6, 0.03), (2, 0.025)):
        coarse = rng.standard_normal((size // scale + 3, size // scale + 3))
        field += height * _enlarged(coarse, size, scale)
    yy, xx = np.mgrid[:size, :size]
    for _ in range(rng.poisson(size * size / 6000)):
        x, y, radius = rng.uniform(0, size), rng.uniform(0, size), rng.uniform(0.7, 2.5)
        field -= 0.4 * np.exp(-((((xx - x) ** 2 + (yy - y) ** 2) / radius**2) ** 2))
    return np.asarray(0.35 * np.clip(1 + rng.uniform(0.3, 1.0) * field, 0.2, 2.0))


def _enlarged(coarse: Floats, size: int, scale: int) -> Floats:
    place = np.arange(size) / scale
    whole, part = place.astype(int), place % 1
    part = part * part * (3 - 2 * part)
    rows = coarse[whole] * (1 - part[:, None]) + coarse[whole + 1] * part[:, None]
    return np.asarray(rows[:, whole] * (1 - part) + rows[:, whole + 1] * part)
