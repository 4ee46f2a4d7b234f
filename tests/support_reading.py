"""Content of a file, read whole or in parts, or refused."""

from pathlib import Path

import pytest

from crackscope.errors import ImageError
from crackscope.images.large import opened
from crackscope.images.read import decode
from crackscope.types import Pixels


def refusal(content: bytes) -> ImageError:
    """Why it is no photo, where it is decoded whole."""
    with pytest.raises(ImageError) as caught:
        decode(content, "photo")
    return caught.value


def in_parts(folder: Path, content: bytes) -> Pixels:
    """A photo of 96 x 64 px, which is not decoded whole."""
    file = folder / "photo"
    file.write_bytes(content)
    with opened(file, max_megapixels=0.001) as photo:
        assert photo is not None
        return photo.photo.pixels[0:64, 0:96]
