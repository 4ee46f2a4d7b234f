import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.large import opened
from crackscope.images.read import decode
from support_pictures import encode, noise
from support_tiff import tiff

DEEP = np.arange(64 * 96, dtype=">u2").reshape(64, 96) * 10
PREDICTED = {"compression": "tiff_lzw", "tiffinfo": {278: 16, 317: 2, 270: "a wall"}}
FILES = {
    "predictor": encode(noise(), "TIFF", **PREDICTED),
    "jpeg": encode(noise(), "TIFF", compression="jpeg", tiffinfo={278: 16}),
    "palette": encode(Image.fromarray(noise()).quantize(200), "TIFF"),
    "transparent": encode(Image.fromarray(noise()).convert("RGBA"), "TIFF"),
    "MM": encode(Image.frombytes("I;16B", (96, 64), DEEP.tobytes()), "TIFF"),
    "tiles, BigTIFF": tiff(noise(), tile=32, big=True),
}
PLANES = tiff(noise(), planar=True)
ABOUT_PIXELS = {258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320}
ABOUT_PIXELS |= {322, 323, 324, 325, 338, 339, 347, 530, 532}


def entries(content: bytes) -> dict[int, int]:
    """Where the entry of each tag begins in the file."""
    big, order = 43 in content[2:4], "<" if content.startswith(b"II") else ">"
    with Image.open(io.BytesIO(content)) as image:
        assert hasattr(image, "tag_v2")
        begin, tags = image.tag_v2.offset + (8 if big else 2), len(image.tag_v2)
    places = [begin + number * (20 if big else 12) for number in range(tags)]
    return {struct.unpack_from(f"{order}H", content, at)[0]: at for at in places}


def misspelt(content: bytes, tag: int, value: int = 0xABAB) -> bytes:
    """The file, but the type of one tag is unknown."""
    at = entries(content)[tag] + 2
    return content[:at] + struct.pack("<H", value) + content[at + 2 :]


def read(content: bytes, folder: Path, limit: float) -> np.ndarray:
    """In parts where it has more megapixels than `limit`, else whole."""
    file = folder / "photo.tif"
    file.write_bytes(content)
    with opened(file, max_megapixels=limit) as photo:
        if photo is not None:
            return photo.photo.pixels[0:64, 0:96]
    return decode(content, "photo").pixels


@pytest.mark.parametrize("limit", [1.0, 0.005], ids=["whole", "in parts"])
@pytest.mark.parametrize(
    ("name", "tag"),
    [(name, tag) for name in FILES for tag in entries(FILES[name]) if tag in ABOUT_PIXELS],
)
def test_a_tag_of_the_pixels_that_is_not_understood_is_damage(
    name: str, tag: int, limit: float, tmp_path: Path
) -> None:
    """Pillow leaves it out, and what it stands for is then taken as the standard's default."""
    assert read(FILES[name], tmp_path, limit).shape == (64, 96, 3)
    with pytest.raises(ImageError) as caught:
        read(misspelt(FILES[name], tag), tmp_path, limit)
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("tag", sorted(ABOUT_PIXELS.intersection(entries(PLANES))))
def test_a_tag_of_channels_stored_apart_that_is_not_understood_is_damage(tag: int) -> None:
    with pytest.raises(ImageError) as caught:
        decode(misspelt(PLANES, tag), "photo")
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("limit", [1.0, 0.005], ids=["whole", "in parts"])
def test_numbers_that_lie_behind_the_end_are_damage(limit: float, tmp_path: Path) -> None:
    """The predictor of LZW says that each value is a difference: without it all are wrong."""
    content = FILES["predictor"]
    at = entries(content)[317] + 4
    longer = content[:at] + struct.pack("<I", 40000) + content[at + 4 :]
    with pytest.raises(ImageError, match=r"tag 317, .* is damaged") as caught:
        read(longer, tmp_path, limit)
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("limit", [1.0, 0.005], ids=["whole", "in parts"])
def test_a_remark_that_is_not_understood_does_no_harm(limit: float, tmp_path: Path) -> None:
    content = FILES["predictor"]
    found = read(misspelt(content, 270), tmp_path, limit)
    np.testing.assert_array_equal(found, noise())
