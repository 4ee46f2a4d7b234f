"""A PNG with a wrong checksum or without its palette is refused, as a whole and in blocks."""

import struct
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.large import png
from crackscope.images.read import decode
from support_pictures import encode, noise
from support_reading import in_parts

PHOTO = Image.fromarray(noise(96, 64))


def with_its_end_apart() -> bytearray:
    """The last bytes of the packed pixels, their own checksum, in a chunk of their own."""
    content = encode(PHOTO, "PNG", compress_level=0)
    begin, end = content.index(b"IDAT") - 4, content.index(b"IEND") - 4
    data = content[begin + 8 : end - 4]
    chunks = (png._chunk(b"IDAT", part) for part in (data[:-4], data[-4:]))
    return bytearray(b"".join((content[:begin], *chunks, content[end:])))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_wrong_pixel_shows_in_the_last_checksum(share: float, tmp_path: Path) -> None:
    content = with_its_end_apart()
    np.testing.assert_array_equal(in_parts(tmp_path, bytes(content)), np.asarray(PHOTO))
    content[100 + int(share * 96 * 64 * 3)] ^= 1
    with pytest.raises(ImageError, match="checksum") as caught:
        in_parts(tmp_path, bytes(content))
    assert caught.value.kind == "unreadable"


def with_pixels_too_many() -> bytes:
    """The packed pixels go on behind the last, and their checksum is wrong."""
    content = encode(PHOTO.crop((0, 0, 96, 65)), "PNG")
    header = struct.pack(">2I5B", 96, 64, 8, 2, 0, 0, 0)
    begin = content.index(b"IDAT") - 4
    changed = bytearray(png._START + png._chunk(b"IHDR", header) + content[begin:])
    changed[-14] ^= 1
    return bytes(changed)


def test_a_whole_png_is_verified_too(tmp_path: Path) -> None:
    for read in (lambda content: decode(content, "photo"), partial(in_parts, tmp_path)):
        with pytest.raises(ImageError, match="checksum") as caught:
            read(with_pixels_too_many())
        assert caught.value.kind == "unreadable"


def test_a_lost_palette_is_named(tmp_path: Path) -> None:
    content = encode(PHOTO.quantize(64), "PNG")
    in_parts(tmp_path, content)
    begin, end = content.index(b"PLTE") - 4, content.index(b"IDAT") - 4
    with pytest.raises(ImageError, match="palette") as caught:
        in_parts(tmp_path, content[:begin] + content[end:])
    assert caught.value.kind == "unreadable"
