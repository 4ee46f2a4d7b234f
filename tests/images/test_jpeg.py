"""A damaged JPEG is refused in any colour space; harmless defects are accepted."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from crackscope.errors import ImageError
from crackscope.images import jpeg
from crackscope.images.read import decode
from support_pictures import encode, noise
from support_reading import refusal
from support_tiff import LONG, SHORT, Writer

PICTURE = noise(320, 240)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
FOREIGN = PROFILE.replace(b"s\0R\0G\0B", b"t\0e\0s\0t").replace(b"sRGB", b"test")


def _jpeg(mode: str = "RGB", **options: object) -> bytes:
    return encode(Image.fromarray(PICTURE).convert(mode), "JPEG", **options)


KINDS = {
    "plain": _jpeg(),
    "foreign profile": _jpeg(icc_profile=FOREIGN),
    "CMYK": _jpeg("CMYK"),
    "CMYK with profile": _jpeg("CMYK", icc_profile=FOREIGN),
    "grey": _jpeg("L"),
    "grey with profile": _jpeg("L", icc_profile=FOREIGN),
    "restart markers": _jpeg(restart_marker_rows=1),
    "restart markers with profile": _jpeg(restart_marker_rows=1, icc_profile=FOREIGN),
    "restart markers in every block": _jpeg(restart_marker_blocks=1),
    "progressive with profile": _jpeg(progressive=True, icc_profile=FOREIGN),
    "RGB inside": _jpeg(keep_rgb=True, icc_profile=FOREIGN),
    "MPO with profile": encode(
        Image.fromarray(PICTURE),
        "MPO",
        save_all=True,
        append_images=[Image.fromarray(PICTURE)],
        icc_profile=FOREIGN,
    ),
}


def _scans(content: bytes) -> tuple[int, int]:
    """Where the data of the first scan begins, and where the picture ends."""
    start = content.index(b"\xff\xda", content.index(b"\xff\xc4"))
    return start + 2 + int.from_bytes(content[start + 2 : start + 4]), content.index(
        b"\xff\xd9", start
    )


def _refused(content: bytes) -> ImageError:
    error = refusal(content)
    assert error.kind in ("truncated", "unreadable")
    return error


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_gives_the_pixels_that_pillow_gives(name: str) -> None:
    with Image.open(io.BytesIO(KINDS[name])) as image:
        expected = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(decode(KINDS[name], "photo").pixels - expected).max() <= 2


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_hole_of_zeros_is_refused(name: str, data: st.DataObject) -> None:
    content = KINDS[name]
    start, end = _scans(content)
    least = 512 if "progressive" in name else 64  # a few zeros are valid in a scan that refines
    length = data.draw(st.integers(least, (end - start) // 2))
    place = data.draw(st.integers(start, end - length))
    _refused(content[:place] + bytes(length) + content[place + length :])


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_cut_that_was_given_an_end_marker_is_refused(name: str, data: st.DataObject) -> None:
    content = KINDS[name]
    start, end = _scans(content)
    _refused(content[: data.draw(st.integers(start, end - 16))] + b"\xff\xd9")


@pytest.mark.parametrize("name", ["restart markers", "restart markers with profile"])
def test_noise_between_restart_markers_is_refused(name: str) -> None:
    content = KINDS[name]
    start, end = _scans(content)
    middle = (start + end) // 2
    rubbish = np.random.default_rng(3).bytes(2000).replace(b"\xff", b"\xfe")
    _refused(content[:middle] + rubbish + content[middle + 2000 :])


@pytest.mark.parametrize("between", [bytes(5), b"\0\xda\0"], ids=["zeros", "half a marker"])
@pytest.mark.parametrize("name", ["plain", "CMYK", "restart markers", "foreign profile"])
def test_stray_bytes_before_the_first_scan_hide_no_damage(name: str, between: bytes) -> None:
    content = KINDS[name]
    first = 4 + int.from_bytes(content[4:6])
    stray = content[:first] + between + content[first:]
    expected = decode(content, "photo").pixels
    np.testing.assert_array_equal(decode(stray, "photo").pixels, expected)
    start, end = _scans(stray)
    middle = (start + end) // 2
    _refused(stray[:middle] + bytes(1000) + stray[middle + 1000 :])
    _refused(stray[:middle])
    _refused(stray[:-2] if stray.endswith(b"\xff\xd9") else stray[:middle])


@pytest.mark.parametrize("padding", [bytes(1), bytes(300), b"\xff" * 40, b"\xaa" * 114])
@pytest.mark.parametrize("name", ["plain", "CMYK", "progressive with profile", "restart markers"])
def test_padding_behind_the_picture_is_harmless(name: str, padding: bytes) -> None:
    _, end = _scans(KINDS[name])
    padded = KINDS[name][:end] + padding + KINDS[name][end:]
    expected = decode(KINDS[name], "photo").pixels
    np.testing.assert_array_equal(decode(padded, "photo").pixels, expected)


def test_what_is_left_over_of_the_picture_is_no_padding() -> None:
    content = KINDS["plain"]
    _refused(content[:-2] + content[-300:])
    _refused(content[:-200] + bytes(198) + b"\xff\xd9")


def test_odd_values_in_the_header_are_harmless_and_hide_no_damage() -> None:
    content = KINDS["plain"]
    start, end = _scans(content)
    middle = (start + end) // 2
    for odd in (
        content.replace(b"JFIF\0\1", b"JFIF\0\3"),
        content[: start - 3] + bytes(3) + content[start:],
    ):
        assert odd != content
        expected = decode(content, "photo").pixels
        np.testing.assert_array_equal(decode(odd, "photo").pixels, expected)
        _refused(odd[:middle] + bytes(1000) + odd[middle + 1000 :])


def test_a_jpeg_that_cannot_be_checked_is_named_as_that() -> None:
    content = bytearray(KINDS["plain"])
    content[content.index(b"\xff\xc0") + 11] = 0x42
    with pytest.raises(ImageError, match="4:2:0") as caught:
        decode(bytes(content), "photo")
    assert caught.value.kind == "unsupported"


def _jpeg_tiff(piece: bytes) -> bytes:
    """A TIFF of one strip."""
    writer = Writer()
    place = writer.data(piece)
    height, width = PICTURE.shape[:2]
    numbers = {256: width, 257: height, 273: place, 278: height, 279: len(piece)}
    short = {259: 7, 262: 6, 277: 3, 284: 1}
    tags = [(tag, LONG, [value]) for tag, value in numbers.items()]
    tags += [(tag, SHORT, [value]) for tag, value in short.items()]
    tags += [(258, SHORT, [8, 8, 8]), (530, SHORT, [2, 2])]
    return writer.finish(writer.directory(tags))


def test_a_jpeg_inside_a_tiff_is_read_strictly_too() -> None:
    content = KINDS["plain"]
    assert decode(_jpeg_tiff(content), "photo").width == 320
    start, end = _scans(content)
    middle = (start + end) // 2
    for damaged in (
        content[:middle] + bytes(1000) + content[middle + 1000 :],
        content[:middle] + b"\xff\xd9",
        content[:middle] + bytes(len(content) - middle),
    ):
        assert "JPEG inside the TIFF" in str(_refused(_jpeg_tiff(damaged)))


@pytest.mark.parametrize("tables", [True, False])
def test_strips_that_share_their_tables_are_read_strictly_too(tables: bool) -> None:
    content = encode(PICTURE, "TIFF", compression="jpeg") if tables else _jpeg_tiff(KINDS["plain"])
    decode(content, "photo")
    with Image.open(io.BytesIO(content)) as image:
        offset, length = image.tag_v2[273][-1], image.tag_v2[279][-1]
    middle = offset + length // 2
    _refused(content[:middle] + bytes(length // 4) + content[middle + length // 4 :])


PROGRESSIVE = {
    mode: _jpeg(mode, progressive=True, subsampling=ratio)
    for mode, ratio in {"RGB": 2, "L": 0, "CMYK": 0}.items()
}


@pytest.mark.parametrize("mode", PROGRESSIVE)
def test_a_progressive_jpeg_that_was_cut_between_its_scans_is_refused(mode: str) -> None:
    content = PROGRESSIVE[mode]
    decode(content, "photo")
    places = list(jpeg._scans(content))
    assert len(places) >= 6
    for place in places[1:]:
        cut = content[:place] + b"\xff\xd9"
        assert _refused(cut).kind == "truncated"
        tables = content.rindex(b"\xff\xc4", 0, place)  # which stand before most scans
        if tables > places[places.index(place) - 1]:
            assert _refused(content[:tables] + b"\xff\xd9").kind == "truncated"


def test_what_follows_the_picture_completes_no_scan() -> None:
    content = PROGRESSIVE["RGB"]
    last = list(jpeg._scans(content))[-1]
    _refused(content[:last] + b"\xff\xd9" + content[last:])


def test_a_piece_may_have_as_many_pixels_as_the_image_and_no_more() -> None:
    jpeg.check_piece(KINDS["plain"], 320 * 240)
    with pytest.raises(ImageError, match="320×240 px, much larger than the image"):
        jpeg.check_piece(KINDS["plain"], 320 * 240 - 1)
