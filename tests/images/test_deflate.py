"""A TIFF is refused if a checksum of its compressed pixels is wrong."""

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.formats import deflate
from crackscope.images.read import decode
from support_pictures import encode, noise
from support_reading import in_parts

GRAIN = np.random.default_rng(0).normal(128.0, 6.0, (64, 96, 3))
PIXELS = GRAIN.round().astype(np.uint8)  # whose codes are of several lengths
STRIPS = encode(
    Image.fromarray(PIXELS), "TIFF", compression="tiff_adobe_deflate", tiffinfo={278: 16}
)
PACKED = zlib.compress(noise().tobytes())


def with_a_wrong_bit(share: float) -> bytes:
    content = bytearray(STRIPS)
    with Image.open(io.BytesIO(STRIPS)) as image:
        begin, length = image.tag_v2[273][1], image.tag_v2[279][1]
    content[begin + int(share * length)] ^= 16
    return bytes(content)


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "in parts"])
def test_every_wrong_bit_shows(whole: bool, tmp_path: Path) -> None:
    def read(content: bytes) -> np.ndarray:
        return decode(content, "photo").pixels if whole else in_parts(tmp_path, content)

    np.testing.assert_array_equal(read(STRIPS), PIXELS)
    for share in np.linspace(0.05, 0.999, 60):
        with pytest.raises(ImageError) as caught:
            read(with_a_wrong_bit(share))
        assert caught.value.kind == "unreadable"


def test_whole_pixels_pass() -> None:
    deflate.check(PACKED, 10**6)
    deflate.check(PACKED + b"padding", 10**6)


@pytest.mark.parametrize("rest", [PACKED[:-6], PACKED[:100], b""])
def test_what_has_no_end_is_damage(rest: bytes) -> None:
    with pytest.raises(ImageError, match="their end is missing"):
        deflate.check(rest, 10**6)


def test_a_wrong_checksum_is_damage() -> None:
    with pytest.raises(ImageError, match="damaged"):
        deflate.check(PACKED[:-1] + bytes([PACKED[-1] ^ 1]), 10**6)


def test_no_more_is_unpacked_than_a_piece_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deflate, "_AT_ONCE", 1000)
    bomb = zlib.compress(bytes(10**6))
    deflate.check(bomb[:-1] + bytes([bomb[-1] ^ 1]), 5000)
