"""Any mode of Pillow to 8-bit sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms

from crackscope.types import Pixels


def foreign_profile(image: Image.Image) -> ImageCms.ImageCmsProfile | None:
    """The embedded ICC profile where it asks for a conversion: not if missing, sRGB or broken."""
    content = image.info.get("icc_profile")
    if not content:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
        return None if "srgb" in ImageCms.getProfileDescription(profile).lower() else profile
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None


def to_rgb(image: Image.Image, profile: ImageCms.ImageCmsProfile | None = None) -> Pixels:
    """Pixels of a loaded picture: (H, W, 3) uint8 RGB.

    Deep greyscale is scaled to 8 bit, alpha is dropped, colours go through `profile` where it fits.
    """
    image = _without_alpha(_eight_bit(image))
    if image.mode == "LAB":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    if profile is not None:
        image = _through(profile, image)
    return np.asarray(image.convert("RGB"))


def _through(profile: ImageCms.ImageCmsProfile, image: Image.Image) -> Image.Image:
    target = ImageCms.createProfile("sRGB")
    try:
        converted = ImageCms.profileToProfile(image, profile, target, outputMode="RGB")
    except (ImageCms.PyCMSError, ValueError):  # a profile of another colour space
        return image
    return image if converted is None else converted


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode != "I" and not image.mode.startswith("I;16"):
        return image
    values = np.clip(np.asarray(image).astype(np.float64), 0.0, None)
    full = max(65535.0, float(values.max()))  # 16 bit where the values fit
    return Image.fromarray(np.rint(values * (255.0 / full)).astype(np.uint8))


def _without_alpha(image: Image.Image) -> Image.Image:
    if image.mode in ("P", "PA"):
        image.info.pop("transparency", None)
        return image.convert("RGB")
    if image.mode in ("La", "LA"):
        return image.convert("LA").convert("L")
    if image.mode in ("RGBa", "RGBA", "RGBX"):
        return image.convert("RGBA").convert("RGB")
    return image
