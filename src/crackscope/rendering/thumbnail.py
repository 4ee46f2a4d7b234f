"""Thumbnails of photos and overlays as JPEG, to embed in pages."""

import numpy as np
import simplejpeg
from PIL import Image

from crackscope.types import Pixels

LONG_SIDE = 480
QUALITY = 42
"""About 20 kB for rough concrete: a page of 1,000 photos, two thumbnails each, can be mailed."""


def of_pixels(pixels: Pixels, long_side: int = LONG_SIDE, quality: int = QUALITY) -> bytes:
    """(H, W, 3) uint8 as JPEG, its long side at most `long_side` px."""
    step = max(1, max(pixels.shape) // (2 * long_side))
    image = Image.fromarray(pixels[::step, ::step])  # Pillow copies its input: keep it small
    ratio = min(1.0, long_side / max(image.size))
    size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
    small = np.asarray(image.resize(size, Image.Resampling.BILINEAR))
    return bytes(simplejpeg.encode_jpeg(small, quality=quality, colorsubsampling="420"))


def of_jpeg(content: bytes, long_side: int = LONG_SIDE, quality: int = QUALITY) -> bytes:
    """The same from the bytes of a JPEG file. Raises ValueError if the file is damaged."""
    width, height = size_of(content)
    least = {"min_width": long_side} if width > height else {"min_height": long_side}
    return of_pixels(simplejpeg.decode_jpeg(content, **least), long_side, quality)


def size_of(content: bytes) -> tuple[int, int]:
    """Width and height of a JPEG in pixels."""
    height, width, *_ = simplejpeg.decode_jpeg_header(content)
    return width, height
