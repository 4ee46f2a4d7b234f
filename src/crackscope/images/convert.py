"""Any mode of Pillow to 8-bit sRGB, a strip at a time: beside the picture there is its result."""

import numpy as np
from PIL import Image, ImageCms

from crackscope.images.depth import Depth, is_deep, widened
from crackscope.types import Pixels

_AT_ONCE = 2**20
"""Pixels of a strip."""


def to_rgb(
    image: Image.Image,
    profile: ImageCms.ImageCmsProfile | None = None,
    depth: Depth | None = None,
) -> Pixels:
    """Pixels of a loaded picture: (H, W, 3) uint8 RGB.

    Deep values are scaled to 8 bit by `depth`, alpha is dropped, colours go through `profile` where
    it fits. Raises ImageError where `depth` does.
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
    """Without alpha, its deep values scaled."""
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
    """From a mode of Pillow to sRGB; None where that needs none, or the profile is of others."""
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
