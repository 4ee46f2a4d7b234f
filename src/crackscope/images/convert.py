"""Converts images of any Pillow mode and ICC profile to 8-bit sRGB, in strips to save memory."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from crackscope.images.depth import Depth, is_deep, widened
from crackscope.types import Pixels

_SAME = 3
"""Tolerance in levels of 255 for a profile to count as sRGB, because of rounded tables."""
_AT_ONCE = 2**20
"""Pixels of a strip."""


def foreign_profile(image: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """The embedded ICC profile; None if it is missing, invalid or sRGB (no conversion needed)."""
    content = image.info.get("icc_profile")
    if not content:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
        return None if _is_srgb(content) else profile
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None


def to_rgb(
    image: Image.Image,
    profile: ImageCms.ImageCmsProfile | None = None,
    depth: Depth | None = None,
) -> Pixels:
    """Pixels of a loaded image: (H, W, 3) uint8 RGB.

    Values of more than 8 bits are scaled by `depth`, alpha is dropped, and colours are converted
    with `profile` if it is valid. Raises ImageError if `depth` does.
    """
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    corner = image.crop((0, 0, 1, 1))
    transform = _transform("L" if is_deep(image) else _without_alpha(corner).mode, profile)
    step = max(1, _AT_ONCE // width)
    for top in range(0, height, step):
        strip = _eight_bit(image.crop((0, top, width, min(height, top + step))), depth)
        if transform is not None:
            strip = ImageCms.applyTransform(strip, transform) or strip
        pixels[top : top + step] = np.asarray(strip.convert("RGB"))
    return pixels


def _eight_bit(image: Image.Image, depth: Depth | None) -> Image.Image:
    """Without alpha, and with values scaled to 8 bits."""
    if is_deep(image):
        depth = depth or Depth()
        return Image.fromarray(depth.eight_bit(widened(image, depth)))
    image = _without_alpha(image)
    if depth is None or image.mode != "RGB":
        return image
    return Image.fromarray(depth.eight_bit(np.asarray(image)))


def _transform(
    mode: str, profile: ImageCms.ImageCmsProfile | None
) -> ImageCms.ImageCmsTransform | None:
    """From a Pillow mode to sRGB; None if not needed, or if the profile is for other modes."""
    if mode == "LAB":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    if profile is None:
        return None
    try:
        return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, ValueError):
        return None


def _without_alpha(image: Image.Image) -> Image.Image:
    if image.mode in ("P", "PA"):
        image.info.pop("transparency", None)
        return image.convert("RGB")
    if image.mode in ("La", "LA"):
        return image.convert("LA").convert("L")
    if image.mode in ("RGBa", "RGBA", "RGBX"):
        return image.convert("RGBA").convert("RGB")
    return image


@lru_cache(maxsize=16)
def _is_srgb(content: bytes) -> bool:
    """Compares converted colours instead of names: `Linear sRGB` has another curve."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
    if profile.profile.xcolor_space.strip() != "RGB":
        return False
    colours = _samples()
    transform = ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    converted = ImageCms.applyTransform(Image.fromarray(colours), transform)
    difference = np.abs(np.asarray(converted).astype(int) - colours)
    return bool(difference.max() <= _SAME)


def _samples() -> Pixels:
    """(9, 81, 3) uint8: all colours with nine levels per channel."""
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(9, 81, 3)
