"""Deep greyscale is scaled by its tags; an image with an ambiguous scale is refused."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.read import decode
from support_pictures import encode, noise
from support_tiff import tiff

WALL = noise(seed=3)[..., :1]
"""(64, 96, 1) uint8, from nearly black to nearly white."""
PHOTOMETRIC, MAX_VALUE, SIGNED_MAX_VALUE, MIN_IS_WHITE = 262, 281, 341, 0


def grey(content: bytes) -> np.ndarray:
    pixels = decode(content, "photo").pixels
    assert (pixels == pixels[..., :1]).all()
    return pixels[..., :1]


def refusal(content: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        decode(content, "photo")
    assert caught.value.kind in ("unsupported", "unreadable")
    return str(caught.value)


def fraction(white: int, kind: str) -> np.ndarray:
    """The wall, its white at `white`."""
    return np.rint(WALL / 255.0 * white).astype(kind)


def png(values: np.ndarray) -> bytes:
    """(H, W, C) uint16 as a PNG of 16 bits a channel: Pillow writes grey ones only."""
    height, width, channels = values.shape
    rows = values.astype(">u2").reshape(height, -1)
    header = struct.pack(">2I5B", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    parts = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


@pytest.mark.parametrize("compression", [None, "tiff_deflate", "tiff_lzw"])
def test_white_is_zero_is_no_negative(compression: str | None) -> None:
    stored = 65535 - fraction(65535, "<u2")
    if compression is None:
        content = tiff(stored, other={PHOTOMETRIC: MIN_IS_WHITE})
    else:
        image = Image.fromarray(stored[..., 0])
        tags = {PHOTOMETRIC: MIN_IS_WHITE}
        content = encode(image, "TIFF", compression=compression, tiffinfo=tags)
        with Image.open(io.BytesIO(content)) as opened:
            assert opened.tag_v2[PHOTOMETRIC] == MIN_IS_WHITE
    np.testing.assert_array_equal(grey(content), WALL)


@pytest.mark.parametrize("bits", [10, 12, 14, 15])
@pytest.mark.parametrize("inverted", [False, True])
def test_fewer_bits_in_16_are_scaled_where_the_file_says_so(bits: int, inverted: bool) -> None:
    white = 2**bits - 1
    stored = white - fraction(white, "<u2") if inverted else fraction(white, "<u2")
    tags = {MAX_VALUE: white} | ({PHOTOMETRIC: MIN_IS_WHITE} if inverted else {})
    difference = grey(tiff(stored, other=tags)).astype(int) - WALL
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_fewer_bits_in_16_are_refused_where_the_file_does_not(
    bits: int, channels: int, kind: str
) -> None:
    stored = np.repeat(fraction(2**bits - 1, "<u2"), channels, axis=2)
    if channels == 4:
        stored[..., 3] = 65535  # opaque: alpha makes no picture bright
    other = {338: 2} if channels == 4 else {}
    content = tiff(stored, other=other) if kind == "TIFF" else png(stored)
    assert "too dark for its bit depth" in refusal(content)
    assert "Save it with 8 bits" in refusal(content)


def test_white_is_zero_with_fewer_bits_than_it_says_is_refused() -> None:
    stored = 4095 - fraction(4095, "<u2")
    assert "bit depth" in refusal(tiff(stored, other={PHOTOMETRIC: MIN_IS_WHITE}))


@pytest.mark.parametrize("form", [1, 2])
def test_32_bits_are_read_by_their_full_range_and_by_16_bits(form: int) -> None:
    kind = {1: "<u4", 2: "<i4"}[form]
    full = 2 ** (33 - form) - 1
    for white in (full, 65535):
        found = grey(tiff(fraction(white, kind), form=form)).astype(int)
        assert np.abs(found - WALL).max() <= 1
    for white in (2**24 - 1, 4095):
        assert "bit depth" in refusal(tiff(fraction(white, kind), form=form))


def test_signed_numbers_are_read_while_none_is_below_0() -> None:
    assert np.abs(grey(tiff(fraction(32767, "<i2"), form=2)).astype(int) - WALL).max() <= 1
    told = tiff(fraction(1000, "<i2"), form=2, other={SIGNED_MAX_VALUE: 1000})
    assert np.abs(grey(told).astype(int) - WALL).max() <= 1
    for kind, middle in (("<i2", 2**15), ("<i4", 2**31)):
        stored = (WALL / 255.0 * (2 * middle - 1) - middle).astype(kind)
        assert "negative" in refusal(tiff(stored, form=2))
    for values in (WALL.astype("i2") - 128, WALL // 2):
        assert "SampleFormat 2" in refusal(tiff(values.astype("i1"), form=2))


def test_tags_that_contradict_the_values_are_refused() -> None:
    full = fraction(65535, "<u2")
    assert "white is 4095" in refusal(tiff(full, other={MAX_VALUE: 4095}))
    colours = np.repeat(fraction(4095, "<u2"), 3, axis=2)
    assert "white is 4095" in refusal(tiff(colours, other={MAX_VALUE: 4095}))


def test_what_is_black_is_not_guessed() -> None:
    for stored in (WALL, fraction(65535, "<u2")):
        assert "PhotometricInterpretation" in refusal(tiff(stored, other={PHOTOMETRIC: None}))
    assert "SampleFormat 4" in refusal(tiff(fraction(65535, "<u2"), form=4))


def test_colours_are_scaled_to_the_white_that_the_file_names() -> None:
    colours = np.repeat(fraction(32767, "<u2"), 3, axis=2)
    difference = grey(tiff(colours, other={MAX_VALUE: 32767})).astype(int) - WALL
    assert np.abs(difference).max() <= 2  # of 16 bits the upper 8 are decoded


@given(white=st.integers(255, 65535), low=st.floats(0, 1), inverted=st.booleans())
def test_the_white_that_a_file_names_is_its_white(white: int, low: float, inverted: bool) -> None:
    """Whatever the scale: the ramp from `low` to white comes out as itself, or its negative."""
    ramp: Any = np.linspace(low, 1.0, 64 * 32).reshape(64, 32, 1)
    stored = np.rint(ramp * white).astype("<u2")
    tags = {MAX_VALUE: white} | ({PHOTOMETRIC: MIN_IS_WHITE} if inverted else {})
    expected = 1.0 - ramp if inverted else ramp
    found = grey(tiff(stored, other=tags)) / 255.0
    assert np.abs(found - expected).max() <= 0.6 / 255 + 0.51 / white


def with_margin(values: np.ndarray, no_data: int, form: int = 1, told: bool = True) -> bytes:
    """The values below 16 rows of `no_data`, which the file tells."""
    margin = np.full((16, *values.shape[1:]), no_data, values.dtype)
    stored = np.vstack([margin, values])
    return tiff(stored, form=form, no_data=no_data if told else None)


@pytest.mark.parametrize("channels", [1, 3])
def test_what_has_no_data_does_not_make_a_dark_picture_bright(channels: int) -> None:
    dark, bright = (np.repeat(fraction(white, "<u2"), channels, axis=2) for white in (4095, 65535))
    assert "too dark for its bit depth" in refusal(with_margin(dark, 65535))
    assert (grey(with_margin(dark, 65535, told=False))[:16] == 255).all()
    found = grey(with_margin(bright, 65535))
    assert (found[:16] == 255).all()
    assert np.abs(found[16:].astype(int) - WALL).max() <= 1


def test_a_picture_without_any_data_is_not_called_dark() -> None:
    nothing = np.full((64, 96, 1), 2000, "<u2")
    assert (grey(with_margin(nothing, 2000)) == 8).all()
    assert "too dark for its bit depth" in refusal(with_margin(nothing * 0, 0))


def test_what_has_no_data_may_lie_outside_of_the_scale() -> None:
    stored = fraction(32767, "<i2")
    found = grey(with_margin(stored, -9999, form=2))
    assert (found[:16] == 0).all()
    assert np.abs(found[16:].astype(int) - WALL).max() <= 1
    assert "negative" in refusal(with_margin(stored, -9999, form=2, told=False))
    assert "negative" in refusal(with_margin(stored - 1000, -9999, form=2))


def test_16_bit_formats_that_scale_by_themselves_stay_as_they_are() -> None:
    values = fraction(65535, "<u2")
    for kind in ("PNG", "JPEG2000", "PPM"):
        content = encode(Image.fromarray(values[..., 0]), kind)
        np.testing.assert_array_equal(grey(content), WALL)
    head = b"P5 96 64 4095\n"
    content = head + np.rint(WALL / 255.0 * 4095).astype(">u2").tobytes()
    assert np.abs(grey(content).astype(int) - WALL).max() <= 1
