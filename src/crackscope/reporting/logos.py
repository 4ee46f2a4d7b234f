"""Logos for reports, converted to a small JPEG in base64.

SVG is not supported: it may contain scripts and URLs, and a PDF would need a renderer for it.
"""

import base64
import binascii
import io
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images import read, signature
from crackscope.images.exif import exif_of, orientation_of, upright
from crackscope.images.guard import our_limits
from crackscope.rendering import thumbnail
from crackscope.types import Pixels

WIDTH, HEIGHT = 600, 240
"""Maximum size in pixels: 300 dpi at 5 cm x 2 cm."""
_MOST_BYTES = 5_000_000
_MOST_MEGAPIXELS = 25.0
_MOST_KEPT = 300_000
_FORMATS = ("PNG", "JPEG")
_QUALITY = 92
_RULE = "logo must be a PNG or JPEG file of at most 5 MB and 25 megapixels"


def encoded(file: Path) -> str:
    """Convert a file to a JPEG in base64: at most 600 x 240 px, on a white background.

    Raises ValueError with the reason if the file cannot be used.
    """
    try:
        pixels = _pixels(_content(file), file.name)
    except ImageError as error:
        raise ValueError(f"{_RULE}. Received: {file}: {error}") from error
    image = Image.fromarray(pixels)
    image.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    jpeg = simplejpeg.encode_jpeg(np.asarray(image), quality=_QUALITY, colorsubsampling="444")
    return base64.b64encode(jpeg).decode("ascii")


def decoded(logo: str) -> bytes:
    """The JPEG; raises ValueError if `encoded` cannot have made it."""
    try:
        content = base64.b64decode(logo, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("logo must be base64") from None
    if len(content) > _MOST_KEPT:
        raise ValueError(f"logo must have at most {_MOST_KEPT} bytes. Received: {len(content)}")
    width, height = thumbnail.size_of(content)
    if width > WIDTH or height > HEIGHT:
        raise ValueError(f"logo must have at most {WIDTH} x {HEIGHT} px. Received: {width, height}")
    simplejpeg.decode_jpeg(content, strict=True)
    return content


def _content(file: Path) -> bytes:
    if file.suffix.lower() in (".svg", ".svgz"):
        raise ImageError(
            "unsupported", "SVG is not supported, since it may contain scripts. Save it as PNG"
        )
    content = read.content_of(file, _MOST_MEGAPIXELS)
    if len(content) > _MOST_BYTES:
        raise ImageError("too_large", f"the file has {len(content) / 1e6:.1f} MB")
    if content and signature.format_of(content) not in _FORMATS:
        raise ImageError("unsupported", "the file is neither PNG nor JPEG")
    return content


def _pixels(content: bytes, name: str) -> Pixels:
    """Decode as for photos, with all limits; transparent images are then decoded onto white."""
    pixels = read.decode(content, name, _MOST_MEGAPIXELS).pixels
    with our_limits(), Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        if not image.has_transparency_data:
            return pixels
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        return upright(np.asarray(ground.convert("RGB")), orientation_of(exif_of(image)))
