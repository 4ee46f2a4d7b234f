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
from support_exif import EXIF, GPS, phone, place
from support_pictures import encode, noise, quadrants
from support_tiff import BYTE, LONG, LONG8, SHORT, Tag, Writer


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
def test_where_there_is_nothing_to_tell_the_copy_names_its_software_alone(block: bytes) -> None:
    assert dict(exif.parse(exif.for_copy(block, 10, 10))) == {305: "crackscope"}


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


def unwritable(base: bool, details: bool) -> bytes:
    """A block with a number of 64 bits, which Pillow reads but does not write, in its first
    directory (296) or in that of details (0x8830)."""
    writer, large = Writer(), [2**40]
    below: list[Tag] = [(0x8827, SHORT, [200]), *([(0x8830, LONG8, large)] if details else [])]
    first: list[Tag] = [(272, BYTE, b"Example"), (EXIF, LONG, [writer.directory(below)])]
    return b"Exif\0\0" + writer.finish(
        writer.directory([*first, *([(296, LONG8, large)] if base else [])])
    )


@pytest.mark.parametrize(("base", "details"), [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_tag_that_cannot_be_written_costs_that_tag_alone(
    kind: str, base: bool, details: bool
) -> None:
    content = encode(quadrants(), kind, exif=unwritable(base, details))
    block = exif.parse(exif.for_copy(decode(content, "photo").exif, 96, 64))
    assert dict(block) == {272: "Example", 274: 1, 305: "crackscope", EXIF: block[EXIF]}
    assert block.get_ifd(EXIF) == {0x8827: 200, 0xA002: 96, 0xA003: 64}


def test_a_block_that_is_too_long_loses_its_longest_tags_first() -> None:
    source = phone()
    source.get_ifd(EXIF).update(dict.fromkeys(range(49152, 49168), "x" * 8000))
    block = exif.for_copy(source.tobytes(), 10, 10)
    assert 40_000 < len(block) <= 65533
    kept = exif.parse(block)
    assert kept[272] == "Example X1"
    assert kept.get_ifd(EXIF)[0x9003] == "2026:05:01 10:11:12"
    assert metadata_of(kept) == photo("JPEG").metadata
    assert kept.get_ifd(GPS)[1] == place(48.1371, 11.5754)[1]
