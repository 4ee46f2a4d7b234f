"""HEIC, where the extra `heic` is installed: pi-heif, which only decodes.

Its wheels carry libheif and libde265 under the LGPL, so the plain install does not bring it.
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
        "HEIC is read with an extra that is not installed (its libraries are under the LGPL): "
        'pip install "crackscope[heic]", or convert the photo to JPEG',
    )


def to_pillow(opened: Any) -> "Image.Image":
    """Decode; the decoder has turned the picture upright already."""
    image: Image.Image = opened.to_pillow()
    image.info.pop("exif", None)
    return image
