import io
import random
import warnings

import numpy as np
import pytest
from PIL import Image, ImageOps

from crackscope.images import exif
from crackscope.images.metadata import metadata_of
from crackscope.images.read import decode
from crackscope.types import Photo
from support_exif import EXIF, phone
from support_pictures import encode, noise, quadrants


def photo(kind: str) -> Photo:
    return decode(encode(noise(), kind, exif=phone().tobytes()), "photo")


def copied(kind: str, size: tuple[int, int] = (64, 96)) -> bytes:
    return exif.for_copy(photo(kind).exif, *size)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_copy_keeps_what_describes_the_photo(kind: str) -> None:
    block = exif.parse(copied(kind))
    assert block[315] == "A. Inspector"
    assert metadata_of(block) == photo(kind).metadata
    lens = block.get_ifd(EXIF)[0xA432]
    assert lens[0] == 24.0
    assert lens[3] != lens[3]  # 0/0: not known


def test_orientation_and_size_are_those_of_the_copy() -> None:
    block = exif.parse(copied("JPEG", (48, 72)))
    details = block.get_ifd(EXIF)
    assert (block[274], details[0xA002], details[0xA003]) == (1, 48, 72)
    assert 0x927C not in details


def test_the_thumbnail_stays_behind() -> None:
    thumbnail = encode(quadrants(), "JPEG")
    block = phone().tobytes() + thumbnail
    assert thumbnail[:20] not in exif.for_copy(block, 10, 10)


def test_the_block_goes_into_the_jpeg_and_leaves_the_pixels() -> None:
    plain = encode(quadrants(), "JPEG")
    block = copied("JPEG")
    jpeg = exif.insert(plain, block)
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.getexif()[272] == "Example X1"
        assert ImageOps.exif_transpose(image).size == (96, 64)
    np.testing.assert_array_equal(decode(jpeg, "a").pixels, decode(plain, "b").pixels)
    assert exif.insert(plain, b"") == plain


@pytest.mark.parametrize("block", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"\0" * 99])
def test_nothing_to_tell_gives_no_block(block: bytes) -> None:
    assert exif.for_copy(block, 10, 10) == b""


def test_damage_is_passed_over_in_silence() -> None:
    whole = phone().tobytes()
    chance = random.Random(1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(500):
            block = bytearray(whole)
            for _ in range(8):
                block[chance.randrange(6, 700)] = chance.randrange(256)
            exif.insert(encode(quadrants(), "JPEG"), exif.for_copy(bytes(block), 10, 10))
    assert caught == []


def test_a_block_always_fits_into_one_segment() -> None:
    source = phone()
    source.get_ifd(EXIF)[0x9286] = b"comment" * 9000
    source[270] = "text" * 20000
    block = exif.for_copy(source.tobytes(), 10, 10)
    assert 0 < len(block) < 65533
    assert exif.parse(block)[272] == "Example X1"
