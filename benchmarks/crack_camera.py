"""A camera that photographs a plane: perspective, non-Gaussian blur, and image processing.

Used by rendered.py only. It shares no code with the measurement.
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]
FINE = 4
"""Samples per pixel along each side."""


@dataclass(frozen=True, slots=True)
class View:
    """A camera aimed at the origin of a plane, tilted about an axis in the plane.

    `mm_per_px` is the scale at the centre of the photo along the axis; `far_mm` the distance of the
    camera.
    """

    mm_per_px: float
    tilt: float
    axis: float
    width: int
    height: int
    far_mm: float

    def homography(self) -> Floats:
        """Homography (3, 3) from the plane in mm to the photo in pixels."""
        cosine, sine = np.cos(self.axis), np.sin(self.axis)
        turn = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
        lean, drop = np.cos(self.tilt), np.sin(self.tilt)
        tilted = np.array([[1, 0, 0], [0, lean, 0], [0, drop / self.far_mm, 1]])
        scaled = np.diag([1 / self.mm_per_px, 1 / self.mm_per_px, 1])
        moved = np.array([[1, 0, self.width / 2], [0, 1, self.height / 2], [0, 0, 1]])
        return np.asarray(moved @ scaled @ turn.T @ tilted @ turn)

    def to_plane(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Points of the plane in mm for points of the photo in pixels."""
        return _mapped(np.asarray(np.linalg.inv(self.homography()), np.float64), x, y)

    def to_photo(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Points of the photo in pixels for points of the plane in mm."""
        return _mapped(self.homography(), x, y)

    def grid(self) -> tuple[Floats, Floats]:
        """x and y of the fine samples, in pixels."""
        x = (np.arange(self.width * FINE) + 0.5) / FINE
        y = (np.arange(self.height * FINE) + 0.5) / FINE
        return np.asarray(np.meshgrid(x, y)[0]), np.asarray(np.meshgrid(x, y)[1])


def _mapped(matrix: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    down = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    along = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
    return along / down, (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / down


def blurred(light: Floats, sigma_px: float, motion: float, rng: np.random.Generator) -> Floats:
    """Fine samples, blurred by a disc of confusion and linear motion.

    `motion` is the fraction of the variance due to motion; the standard deviation of both along one
    axis is `sigma_px` on average.
    """
    variance = (sigma_px * FINE) ** 2
    radius = 2 * np.sqrt(variance * (1 - motion))
    length = np.sqrt(24 * variance * motion)
    reach = int(radius + length / 2) + 2
    yy, xx = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(float)
    kernel = np.zeros_like(xx)
    angle = rng.uniform(0, np.pi)
    for step in np.linspace(-length / 2, length / 2, max(1, int(2 * length))):
        off = np.hypot(xx - step * np.cos(angle), yy - step * np.sin(angle))
        kernel += np.clip(radius - off + 0.5, 0, 1)
    return _convolved(light, kernel / kernel.sum())


def _convolved(light: Floats, kernel: Floats) -> Floats:
    reach = kernel.shape[0] // 2
    padded = np.pad(light, reach, mode="edge")
    shape = padded.shape
    product = np.fft.rfft2(padded) * np.fft.rfft2(kernel, shape)
    found = np.fft.irfft2(product, shape)
    return np.asarray(found[2 * reach :, 2 * reach :])


def pixels(fine: Floats) -> Floats:
    """Fine samples summed over pixels."""
    height, width = fine.shape[0] // FINE, fine.shape[1] // FINE
    return np.asarray(fine.reshape(height, FINE, width, FINE).mean(axis=(1, 3)))


@dataclass(frozen=True, slots=True)
class Development:
    """A camera's image processing: noise, sharpening, tone curve and JPEG."""

    noise: float
    sharpening: float
    contrast: float
    quality: int


def developed(light: Floats, how: Development, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(H, W) grey values of light (H, W), 1 for white, by way of a Bayer mosaic."""
    colour = light[..., None] * np.array([0.95, 1.0, 0.9])
    height, width = light.shape
    yy, xx = np.mgrid[:height, :width]
    masks = np.stack(
        [(yy % 2 == 0) & (xx % 2 == 0), (yy + xx) % 2 == 1, (yy % 2 == 1) & (xx % 2 == 1)]
    )
    raw = (colour * masks.transpose(1, 2, 0)).sum(axis=2)
    raw = raw + how.noise * np.sqrt(0.1 + raw) * rng.standard_normal(raw.shape)
    full = np.stack([_demosaiced(raw, mask) for mask in masks], axis=2)
    full = np.clip(full / np.array([0.95, 1.0, 0.9]), 0, 1)
    shown = np.where(full <= 0.0031308, 12.92 * full, 1.055 * full ** (1 / 2.4) - 0.055)
    shown = shown + how.contrast * (shown - 0.5) * shown * (1 - shown) * 2
    soft = _box3(_box3(shown))
    shown = np.clip(shown + how.sharpening * (shown - soft), 0, 1)
    buffer = io.BytesIO()
    Image.fromarray(np.rint(255 * shown).astype(np.uint8)).save(buffer, "JPEG", quality=how.quality)
    return np.asarray(Image.open(buffer).convert("L"))


def _demosaiced(raw: Floats, mask: NDArray[np.bool_]) -> Floats:
    """One colour at all pixels: the distance-weighted mean of its neighbouring samples."""
    weights = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 4
    total, known = np.zeros_like(raw), np.zeros_like(raw)
    padded, there = np.pad(raw * mask, 1, mode="reflect"), np.pad(mask * 1.0, 1, mode="reflect")
    for row in range(3):
        for column in range(3):
            window = np.s_[row : row + raw.shape[0], column : column + raw.shape[1]]
            total += weights[row, column] * padded[window]
            known += weights[row, column] * there[window]
    return np.where(mask, raw, total / known)


def _box3(values: Floats) -> Floats:
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = values.shape[:2]
    return np.asarray(
        sum(padded[r : r + height, c : c + width] for r in range(3) for c in range(3)) / 9
    )
