"""Rotates pixels upright by the EXIF orientation."""

from typing import TYPE_CHECKING

import numpy as np

from crackscope.types import Pixels

if TYPE_CHECKING:
    from PIL import Image

_TAG = 0x0112


def orientation_of(exif: "Image.Exif") -> int:
    """EXIF orientation, 1 to 8; 1 (upright) if missing or invalid."""
    try:
        value = exif.get(_TAG, 1)
    except Exception:  # noqa: BLE001  (EXIF is free-form: invalid EXIF may raise anything)
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Undo an EXIF orientation: (H, W, 3) in, (H, W, 3) or (W, H, 3) out, contiguous."""
    if orientation >= 5:  # 5 to 8 are rotated by 90 degrees
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
