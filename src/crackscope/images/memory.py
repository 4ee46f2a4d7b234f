"""Images in memory: NumPy arrays and Pillow images."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope import limits
from crackscope.errors import ImageError
from crackscope.images.exif import block_of, exif_of, orientation_of, upright
from crackscope.images.guard import our_limits
from crackscope.images.metadata import metadata_of
from crackscope.images.read import MAX_MEGAPIXELS, check_size, from_array
from crackscope.types import Photo

if TYPE_CHECKING:
    from typing_extensions import TypeIs

Picture = NDArray[np.uint8] | Image.Image
"""Upright uint8 pixels (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA, or a Pillow image."""


def is_picture(value: Any) -> "TypeIs[Picture]":
    """Whether the type is supported; `photo_of` checks the shape and dtype of an array."""
    return isinstance(value, np.ndarray | Image.Image)


def name_of(picture: Picture) -> str:
    """The file name of a Pillow image, if it has one; else "array" or "image"."""
    if isinstance(picture, Image.Image):
        return str(getattr(picture, "filename", "") or "image")
    return "array"


def photo_of(
    picture: Picture, name: str | None = None, max_megapixels: float = MAX_MEGAPIXELS
) -> Photo:
    """Convert to a photo as if read from a file: upright, sRGB, 8 bit, no alpha.

    Does not change the input. Raises ImageError.
    """
    name = name or name_of(picture)
    if not isinstance(picture, Image.Image):
        return from_array(picture, name)
    check_size(*picture.size, max_megapixels)
    if picture.mode == "F":
        raise ImageError(
            "unsupported",
            "pixels must be integers. Received: an image of mode F (float). Convert it to 8 bits",
        )
    from crackscope.images.convert import foreign_profile, to_rgb

    try:
        with our_limits(), limits.memory("decode it"):
            picture.load()
            exif = exif_of(picture)
            pixels = to_rgb(picture.copy(), foreign_profile(picture))
            pixels = upright(pixels, orientation_of(exif))
            return Photo(name, pixels, metadata_of(exif), block_of(picture, exif))
    except ImageError:
        raise
    except Exception as error:  # Pillow reads files lazily, and these may contain anything
        raise ImageError("unreadable", f"cannot decode the image: {error}") from error
