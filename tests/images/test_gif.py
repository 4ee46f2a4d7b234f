"""The first image of a GIF, without pixels of another one."""

import io
import random
import struct
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.formats.gif import first_picture
from crackscope.images.read import decode
from support_pictures import encode, noise

FRAMES = [Image.fromarray(noise(96, 64, seed)) for seed in range(3)]
ANIMATED = encode(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:], loop=0, comment=b"hi")
ALONE = encode(FRAMES[0], "GIF")
WIDTH, HEIGHT = 96, 64
BITS, CLEAR = 7, 128


def test_the_first_picture_stands_alone() -> None:
    with Image.open(io.BytesIO(first_picture(ANIMATED))) as image:
        assert image.n_frames == 1
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), pixels(ANIMATED))
    assert first_picture(ALONE) == ALONE


def pixels(content: bytes) -> np.ndarray:
    return decode(content, "photo").pixels


def plain_gif(*counts: int) -> bytes:
    """Pictures of 96 x 64 px, whose codes, of 8 bits and without an end, give so many of them."""
    head = b"GIF89a" + struct.pack("<2H3B", WIDTH, HEIGHT, 0xF6, 0, 0)
    palette = bytes(value for grey in range(0, 256, 2) for value in (grey, grey, grey))
    return b"".join((head, palette, *map(_picture, counts), b";"))


def _picture(count: int) -> bytes:
    codes = bytearray()
    for number in range(count):
        codes += bytes([CLEAR] if number % 100 == 0 else [])  # so that codes stay of 8 bits
        codes.append(number % 90)
    blocks = [bytes(codes[at : at + 255]) for at in range(0, len(codes), 255)]
    packed = b"".join(bytes([len(block)]) + block for block in blocks)
    return b"," + struct.pack("<4HB", 0, 0, WIDTH, HEIGHT, 0) + bytes([BITS]) + packed + b"\0"


@pytest.mark.parametrize("missing", [1, 20, 96, 3000])
def test_pixels_that_are_missing_are_not_taken_from_the_next_picture(missing: int) -> None:
    every = WIDTH * HEIGHT
    grey = np.arange(every).reshape(HEIGHT, WIDTH) % 90 * 2
    np.testing.assert_array_equal(pixels(plain_gif(every, every))[..., 0], grey)
    with pytest.raises(ImageError) as caught:
        decode(plain_gif(every - missing, every), "photo")
    assert caught.value.kind == "truncated"


@pytest.mark.parametrize("length", [0, 5, 13, 20, 800, 900])
def test_what_is_cut_off_is_left_as_it_is(length: int) -> None:
    assert first_picture(ANIMATED[:length]) == ANIMATED[:length]


def test_what_stands_between_blocks_is_damage() -> None:
    begin = ALONE.index(struct.pack("<B4H", ord(","), 0, 0, WIDTH, HEIGHT))
    np.testing.assert_array_equal(pixels(ALONE[:begin] + bytes(3) + ALONE[begin:]), pixels(ALONE))
    with pytest.raises(ImageError, match="GIF is damaged") as caught:
        decode(ALONE[:begin] + b"end of a palette" + ALONE[begin:], "photo")
    assert caught.value.kind == "unreadable"


def test_nonsense_is_refused_or_cut_off() -> None:
    for seed in range(200):
        content = ANIMATED[:13] + random.Random(seed).randbytes(500)
        with suppress(ImageError):
            assert first_picture(content) == content
