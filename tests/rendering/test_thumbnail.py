import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from crackscope.rendering import thumbnail
from support_pictures import encode, noise, quadrants


@given(width=st.integers(1, 3000), height=st.integers(1, 3000))
def test_the_long_side_fits_and_the_shape_stays(width: int, height: int) -> None:
    pixels = quadrants(8, 8).repeat(-(-height // 8), 0).repeat(-(-width // 8), 1)[:height, :width]
    small = thumbnail.of_pixels(pixels, 64)
    shown = thumbnail.size_of(small)
    assert max(shown) == min(64, max(width, height))
    ratio = max(shown) / max(width, height)
    assert shown[0] == pytest.approx(width * ratio, abs=1.5)
    assert shown[1] == pytest.approx(height * ratio, abs=1.5)


def test_a_thumbnail_shows_the_photo() -> None:
    small = Image.open(io.BytesIO(thumbnail.of_pixels(quadrants(960, 640), 96)))
    for place, colour in (((10, 10), (200, 40, 40)), ((85, 55), (220, 210, 90))):
        shown = small.getpixel(place)
        assert isinstance(shown, tuple)
        assert all(abs(a - b) < 12 for a, b in zip(shown, colour, strict=True))


@pytest.mark.parametrize(("width", "height"), [(700, 300), (300, 700), (40, 50)])
def test_a_jpeg_is_made_small_as_its_pixels_are(width: int, height: int) -> None:
    content = encode(noise(width, height), quality=95)
    small = thumbnail.of_jpeg(content, 128)
    assert max(thumbnail.size_of(small)) == min(128, max(width, height))


@pytest.mark.parametrize("content", [b"", b"no picture", encode(noise())[:200]])
def test_a_damaged_jpeg_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError):
        thumbnail.of_jpeg(content)
