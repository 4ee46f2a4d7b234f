"""HEIC, decoded by pi-heif if the extra `heic` is installed.

Its wheels contain libheif and libde265 under the LGPL, so it is not part of the plain install.
"""

import importlib
import io
from typing import TYPE_CHECKING, Any

from crackscope.errors import ImageError

if TYPE_CHECKING:
    from PIL import Image

_DECODERS = ("pi_heif", "pillow_heif")


def open_heic(content: bytes) -> Any:
    """The lazily decoded file; raises ImageError("unsupported") if no decoder is installed."""
    for name in _DECODERS:
        try:
            return importlib.import_module(name).open_heif(io.BytesIO(content))
        except ImportError:
            continue
    raise ImageError(
        "unsupported",
        "HEIC needs an extra that is not installed. Install it with: "
        'pip install "crackscope[heic]" (LGPL libraries), or convert the photo to JPEG',
    )


def to_pillow(opened: Any) -> "Image.Image":
    """Decode; the decoder has already rotated the image upright."""
    image: Image.Image = opened.to_pillow()
    image.info.pop("exif", None)
    return image
