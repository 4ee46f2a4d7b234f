import io
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.large import opened
from crackscope.images.read import decode, read
from support_pictures import encode, noise, quadrants
from support_tiff import dng, tiff


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("tile", [0, 32])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("planar", "deep"), [(False, False), (True, False), (False, True)])
def test_every_layout_gives_the_same_pixels(
    big: bool, tile: int, planar: bool, channels: int, deep: bool
) -> None:
    expected = noise()[..., :channels]
    pixels = expected.astype(np.uint16) * 257 if deep else expected
    content = tiff(pixels, big=big, tile=tile, planar=planar)
    found = decode(content, "photo").pixels
    np.testing.assert_array_equal(found, np.broadcast_to(expected, (64, 96, 3)))


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_every_compression_is_read(compression: str) -> None:
    found = decode(encode(noise(), "TIFF", compression=compression), "photo").pixels
    difference = np.abs(found.astype(int) - noise())
    assert difference.mean() < (20 if compression == "jpeg" else 0.001)


def test_the_first_page_counts() -> None:
    pages = [Image.fromarray(page) for page in (quadrants(), noise(200, 100), noise(50, 50))]
    content = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    np.testing.assert_array_equal(decode(content, "photo").pixels, quadrants())


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 3])
def test_floating_point_is_refused(kind: type, channels: int) -> None:
    with pytest.raises(ImageError, match="floating") as caught:
        decode(tiff(noise()[..., :channels].astype(kind), form=3), "photo")
    assert caught.value.kind == "unsupported"


@pytest.mark.parametrize("channels", [1, 3])
def test_deep_channels_stored_apart_are_refused(channels: int) -> None:
    with pytest.raises(ImageError, match="interleaved channels") as caught:
        decode(tiff(noise()[..., :channels].astype(np.uint16), planar=True), "photo")
    assert caught.value.kind == "unsupported"


def test_a_tiff_that_is_too_large_is_refused_before_it_is_decoded() -> None:
    content = tiff(noise())
    with pytest.raises(ImageError) as caught:
        decode(content, "photo", max_megapixels=0.006)
    assert caught.value.kind == "too_large"


def test_a_dng_is_read_through_its_preview() -> None:
    small, large = (encode(noise(*size, seed=4), "JPEG") for size in ((64, 48), (380, 280)))
    for previews in ((small, large), (large, small)):
        photo = decode(dng((400, 300), previews), "photo")
        np.testing.assert_array_equal(photo.pixels, np.asarray(Image.open(io.BytesIO(large))))


def test_the_preview_is_turned_as_the_dng_says() -> None:
    stored = Image.fromarray(quadrants(400, 300)).transpose(Image.Transpose.ROTATE_90)
    photo = decode(dng((300, 400), [encode(stored, "JPEG")], orientation=6), "photo")
    assert np.abs(photo.pixels.astype(int) - quadrants(400, 300)).mean() < 12


@pytest.mark.parametrize("previews", [[], [encode(noise(160, 120), "JPEG")]])
def test_a_dng_without_a_preview_of_its_size_is_refused_with_the_way_out(
    previews: list[bytes],
) -> None:
    with pytest.raises(ImageError, match=r"400 px\. Convert the photo") as caught:
        decode(dng((400, 300), previews), "photo")
    assert caught.value.kind == "unsupported"


def test_a_damaged_preview_is_an_error() -> None:
    jpeg = encode(noise(400, 300), "JPEG")
    with pytest.raises(ImageError) as caught:
        decode(dng((400, 300), [jpeg[: len(jpeg) // 2]]), "photo")
    assert caught.value.kind == "truncated"


def test_a_lossless_jpeg_in_a_dng_is_raw_data_and_no_preview() -> None:
    jpeg = encode(noise(400, 300), "JPEG")
    at = jpeg.index(b"\xff\xc0")  # its frame; of lossless ones it is SOF3
    lossless = jpeg[:at] + b"\xff\xc3" + jpeg[at + 2 :]
    with pytest.raises(ImageError, match="DNG is missing"):
        decode(dng((400, 300), [lossless]), "photo")
    smaller = encode(noise(390, 290), "JPEG", progressive=True)
    photo = decode(dng((400, 300), [lossless, smaller]), "photo")
    assert (photo.width, photo.height) == (390, 290)


@pytest.mark.parametrize("tile", [0, 32])
@pytest.mark.parametrize("planar", [False, True])
def test_a_picture_that_lacks_strips_or_tiles_is_refused(tile: int, planar: bool) -> None:
    """Pillow leaves black what none of them covers."""
    content = tiff(noise(), tile=tile, planar=planar)
    np.testing.assert_array_equal(decode(content, "photo").pixels, noise())
    height = struct.pack("<HHII", 257, 4, 1, 64)
    assert content.count(height) == 1
    longer = content.replace(height, struct.pack("<HHII", 257, 4, 1, 4000))
    with pytest.raises(ImageError, match="strips or tiles are missing") as caught:
        decode(longer, "photo")
    assert caught.value.kind == "unreadable"


def test_channels_are_stored_together_or_apart() -> None:
    planes = struct.pack("<HHIH", 284, 3, 1, 1)
    content = tiff(noise())
    assert content.count(planes) == 1
    with pytest.raises(ImageError, match="PlanarConfiguration") as caught:
        decode(content.replace(planes, struct.pack("<HHIH", 284, 3, 1, 10825)), "photo")
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("compression", ["tiff_ccitt", "group3", "group4"])
def test_what_is_packed_as_a_fax_is_refused(compression: str) -> None:
    """libtiff fills what is damaged, and says nothing that Pillow would pass on."""
    content = encode(Image.fromarray(noise()).convert("1"), "TIFF", compression=compression)
    with pytest.raises(ImageError, match="fax compression") as caught:
        decode(content, "photo")
    assert caught.value.kind == "unsupported"
    assert decode(encode(Image.fromarray(noise()).convert("1"), "TIFF"), "photo").width == 96


DAMAGED = ["tiff_lzw", "tiff_adobe_deflate", "group4", "group3", "jpeg", "zstd", "lzma"]


@pytest.mark.parametrize("compression", DAMAGED)
def test_libtiff_says_nothing_on_the_terminal(
    compression: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mode = "1" if compression.startswith("group") else "RGB"
    content = bytearray(encode(Image.fromarray(noise(200, 200)).convert(mode), "TIFF",
                               compression=compression))  # fmt: skip
    content[300:3000] = bytes(range(256)) * 10 + bytes(140)
    file = tmp_path / "x.tif"
    file.write_bytes(content)
    with suppress(ImageError):
        read(file)
    with suppress(ImageError), opened(file) as large:
        if large is not None:
            large.reduced()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("start", [2**63, 2**64 - 1, 2**62])
def test_a_directory_beyond_every_file_is_a_cut_off(start: int) -> None:
    content = bytearray(tiff(noise(60, 80), big=True))
    struct.pack_into("<Q", content, 8, start)
    with pytest.raises(ImageError) as caught:
        decode(bytes(content), "a.tif")
    assert caught.value.kind == "truncated"


@pytest.mark.parametrize("in_parts", [False, True])
def test_offsets_without_lengths_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_parts: bool
) -> None:
    """A flipped bit in the number of offsets: the true ones come first."""
    content = bytearray(tiff(noise(192, 128), tile=32))
    at = content.index(struct.pack("<HHI", 324, 4, 24)) + 4
    struct.pack_into("<I", content, at, 24 + 8)
    file = tmp_path / "a.tif"
    file.write_bytes(content)
    if in_parts:
        monkeypatch.setattr("crackscope.images.large.WHOLE_MEGAPIXELS", 0.01)
    with pytest.raises(ImageError):
        read_as_inspect_does(file)


def read_as_inspect_does(file: Path) -> None:
    """In parts if it is large, otherwise as a whole."""
    with opened(file) as large:
        if large is None:
            read(file)
        else:
            large.rows[0 : large.photo.height, 0 : large.photo.width]
