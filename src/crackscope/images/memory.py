"""Pictures that a program holds already: arrays of numpy, and images of Pillow."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope import memory
from crackscope.errors import ImageError
from crackscope.images.exif import block_of, exif_of
from crackscope.images.guard import our_limits
from crackscope.images.metadata import metadata_of
from crackscope.images.orient import orientation_of, upright
from crackscope.images.profile import foreign_profile
from crackscope.images.read import MAX_MEGAPIXELS, check_size, from_array
from crackscope.types import Photo

if TYPE_CHECKING:
    from typing_extensions import TypeIs

Picture = NDArray[np.uint8] | Image.Image
"""Upright pixels (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA, or an image of any mode."""


def is_picture(value: Any) -> "TypeIs[Picture]":
    """Whether it is one by its type; of an array `photo_of` says whether it is one of pixels."""
    return isinstance(value, np.ndarray | Image.Image)


def name_of(picture: Picture) -> str:
    """Its file where Pillow opened one, else the word array or image."""
    if isinstance(picture, Image.Image):
        return str(getattr(picture, "filename", "") or "image")
    return "array"


def photo_of(
    picture: Picture, name: str | None = None, max_megapixels: float = MAX_MEGAPIXELS
) -> Photo:
    """The picture as a file with the same content is read: upright, sRGB, 8 bit, no alpha.

    The picture itself stays as it is. Raises ImageError.
    """
    name = name or name_of(picture)
    if not isinstance(picture, Image.Image):
        return from_array(picture, name)
    check_size(*picture.size, max_megapixels)
    if picture.mode == "F":
        raise ImageError(
            "unsupported", "an image must have whole numbers as pixels. Received: mode F (float)"
        )
    from crackscope.images.convert import to_rgb

    try:
        with our_limits(), memory.limits("decode it"):
            picture.load()
            exif = exif_of(picture)
            pixels = to_rgb(picture.copy(), foreign_profile(picture))
            pixels = upright(pixels, orientation_of(exif))
            return Photo(name, pixels, metadata_of(exif), block_of(picture, exif))
    except ImageError:
        raise
    except Exception as error:  # a file that is opened, but not read yet, may hold anything
        raise ImageError("unreadable", f"the image cannot be decoded: {error}") from error
