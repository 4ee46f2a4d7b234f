"""Embedded ICC colour profiles."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

from crackscope.types import Pixels

_SAME = 3
"""Tolerance in levels of 255 for a profile to count as sRGB, because of rounded tables."""


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
