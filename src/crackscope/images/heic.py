"""HEIC, where the user has installed a decoder by himself.

The wheels that read it carry libraries under the (L)GPL, so crackscope does not bring them.
"""

import importlib
import io
from typing import TYPE_CHECKING, Any

from crackscope.errors import ImageError

if TYPE_CHECKING:
    from PIL import Image

_DECODERS = ("pi_heif", "pillow_heif")


def open_heic(content: bytes) -> Any:
    """The lazily decoded file; raises ImageError("unsupported") where no decoder is installed."""
    for name in _DECODERS:
        try:
            return importlib.import_module(name).open_heif(io.BytesIO(content))
        except ImportError:
            continue
    raise ImageError(
        "unsupported",
        "HEIC is not read by this installation: convert the photo to JPEG (a phone does so when "
        "it is set to 'most compatible'), or install a decoder: pip install pi-heif",
    )


def to_pillow(opened: Any) -> "Image.Image":
    """Decode; the decoder has turned the picture upright already."""
    image: Image.Image = opened.to_pillow()
    image.info.pop("exif", None)
    return image
