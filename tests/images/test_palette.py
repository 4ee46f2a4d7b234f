"""A palette image without its palette is refused."""

import pytest
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.read import decode
from support_pictures import encode, noise

CONTENT = encode(Image.fromarray(noise()).quantize(64), "PNG", transparency=3)


def without(kind: bytes) -> bytes:
    begin = CONTENT.index(kind) - 4
    return CONTENT[:begin] + CONTENT[begin + 12 + int.from_bytes(CONTENT[begin : begin + 4]) :]


def test_a_lost_palette_is_named() -> None:
    with pytest.raises(ImageError, match="palette") as caught:
        decode(without(b"PLTE"), "photo")
    assert caught.value.kind == "unreadable"


def test_a_lost_transparency_does_no_harm() -> None:
    pixels = decode(CONTENT, "photo").pixels
    assert (decode(without(b"tRNS"), "photo").pixels == pixels).all()
