"""Small files that would take much memory or time are refused, and no path asks for more than it
has to."""

import io
import struct
import subprocess
import sys
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images import jpeg
from crackscope.images.convert import to_rgb
from crackscope.images.depth import depth_of
from crackscope.images.formats import dng as dng_files
from crackscope.images.read import check_size, decode
from support_pictures import encode, noise
from support_reading import refusal
from support_tiff import BYTE, LONG, SHORT, Tag, Writer, dng, tiff

SIDE = 5200
"""27 megapixels: above what is decoded however small its file is."""


def flat(mode: str, side: int = SIDE) -> Image.Image:
    return Image.new(mode, (side, side), 30000 if mode == "I;16" else 0)


BOMBS: dict[str, Callable[[int], bytes]] = {
    "PNG": lambda side: encode(flat("RGB", side), "PNG"),
    "16-bit PNG": lambda side: encode(flat("I;16", side), "PNG"),
    "palette PNG": lambda side: encode(flat("P", side), "PNG"),
    "WebP": lambda side: encode(flat("RGB", side), "WEBP", lossless=True, method=0),
    "WebP, lossy": lambda side: encode(flat("RGB", side), "WEBP", method=0),
    "AVIF": lambda side: encode(flat("RGB", side), "AVIF", speed=10),
    "GIF": lambda side: encode(flat("L", side), "GIF"),
    "TIFF": lambda side: encode(flat("RGB", side), "TIFF", compression="tiff_deflate"),
    "16-bit TIFF": lambda side: encode(flat("I;16", side), "TIFF", compression="tiff_deflate"),
    "CMYK TIFF": lambda side: encode(flat("CMYK", side), "TIFF", compression="tiff_deflate"),
    "bilevel TIFF": lambda side: encode(flat("1", side), "TIFF", compression="group4"),
    "TIFF of one strip again and again": lambda side: repeated(side),
    "JPEG2000": lambda side: encode(flat("RGB", side), "JPEG2000"),
    "progressive JPEG": lambda side: encode(flat("L", side), "JPEG", progressive=True),
}


def repeated(side: int) -> bytes:
    """All of its strips are the same bytes."""
    writer = Writer()
    strip = zlib.compress(bytes(3 * side * 8))
    place, count = writer.data(strip), side // 8
    tags: list[Tag] = [
        (256, LONG, [side]),
        (257, LONG, [side]),
        (258, SHORT, [8, 8, 8]),
        (259, SHORT, [8]),
        (262, SHORT, [2]),
        (273, LONG, [place] * count),
        (277, SHORT, [3]),
        (278, LONG, [8]),
        (279, LONG, [len(strip)] * count),
    ]
    return writer.finish(writer.directory(tags))


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_too_small_for_its_picture_is_refused_before_it_is_decoded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = BOMBS[name](SIDE)
    assert len(content) * 40 < SIDE**2

    def refuse(*_: object) -> None:
        raise AssertionError("it was decoded")

    for module in ("Image.Image", "TiffImagePlugin.TiffImageFile", "WebPImagePlugin.WebPImageFile"):
        monkeypatch.setattr(f"PIL.{module}.load", refuse)
    error = refusal(content)
    assert error.kind == "too_large"
    assert f"too large for a file of {len(content)} bytes" in str(error)


@pytest.mark.parametrize("name", ["PNG", "WebP", "GIF", "16-bit TIFF", "JPEG2000"])
def test_a_flat_picture_of_a_usual_size_is_read(name: str) -> None:
    assert decode(BOMBS[name](600), "photo").pixels.shape == (600, 600, 3)


def test_the_limit_is_40_pixels_to_a_byte_above_24_megapixels() -> None:
    check_size(6000, 4000, 250.0, 34)
    check_size(10_000, 10_000, 250.0, 2_500_000)
    for size, length in (((6001, 4000), 34), ((10_000, 10_000), 2_499_999)):
        with pytest.raises(ImageError, match="uncompressed TIFF"):
            check_size(*size, 250.0, length)


PEAK = """
import re, sys
from pathlib import Path
from PIL import Image
from crackscope.images.read import decode
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
content = sys.stdin.buffer.read()
before = peak()
decode(content, "photo")
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
@pytest.mark.parametrize("name", ["16-bit PNG", "WebP", "AVIF", "CMYK TIFF", "JPEG2000", "GIF"])
def test_a_pixel_takes_at_most_24_bytes_to_decode(name: str) -> None:
    side = 3000
    child = [sys.executable, "-c", PEAK]
    done = subprocess.run(child, input=BOMBS[name](side), capture_output=True, check=True)
    assert int(done.stdout) < 24 * side**2 + 2**24  # and what the decoder's code takes


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I", "I;16"]
)
def test_a_conversion_takes_at_most_three_times_the_8_bit_picture(mode: str) -> None:
    image = Image.new(mode, (2000, 2500), 40000 if mode.startswith("I") else 0)
    depth = depth_of(image)
    tracemalloc.start()
    try:
        pixels = to_rgb(image, None, depth)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * pixels.nbytes


def test_tiles_far_larger_than_their_picture_are_refused() -> None:
    content = tiff(noise(), tile=64, other={322: 16000, 323: 16000})
    assert "made to exhaust memory" in str(refusal(content))
    assert decode(tiff(noise(40, 40), tile=512), "photo").width == 40


def claiming(side: int) -> bytes:
    """A TIFF of 96 x 64 pixels, whose only strip is a JPEG that says it has `side` squared."""
    writer, jpeg = Writer(), bytearray(encode(noise(), "JPEG", progressive=True))
    frame = jpeg.index(b"\xff\xc2")
    if side:
        jpeg[frame + 5 : frame + 9] = struct.pack(">2H", side, side)
    place = writer.data(bytes(jpeg))
    tags: list[Tag] = [
        (256, LONG, [96]),
        (257, LONG, [64]),
        (258, SHORT, [8] * 3),
        (259, SHORT, [7]),
        (262, SHORT, [6]),
        (273, LONG, [place]),
        (277, SHORT, [3]),
        (278, LONG, [64]),
        (279, LONG, [len(jpeg)]),
    ]
    return writer.finish(writer.directory(tags))


def test_a_jpeg_in_a_tiff_is_not_decoded_where_it_is_far_larger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Room for all of a progressive one is made first: 1.2 GB for 400 megapixels of 13 kB."""
    assert decode(claiming(0), "photo").width == 96
    monkeypatch.setattr("simplejpeg.decode_jpeg", lambda *_, **__: pytest.fail("it was decoded"))
    assert "20000×20000 px" in str(refusal(claiming(20_000)))


def naming(places: int, distinct: bool) -> bytes:
    """A DNG that names as many pictures inside of it: its own first directory, or others."""
    jpeg = encode(noise(400, 300), "JPEG")
    writer = Writer()
    place = writer.data(jpeg)
    tags: list[Tag] = [
        (254, LONG, [0]),
        (256, LONG, [400]),
        (257, LONG, [300]),
        (258, SHORT, [8] * 3),
        (259, SHORT, [7]),
        (262, SHORT, [6]),
        (273, LONG, [place]),
        (277, SHORT, [3]),
        (278, LONG, [300]),
        (279, LONG, [len(jpeg)]),
        (50706, BYTE, [1, 4, 0, 0]),
    ]
    below = writer.directory(tags)
    offsets = [below + 2 * number * distinct for number in range(places)]
    return writer.finish(writer.directory([*tags, (330, LONG, offsets)]))


def test_a_dng_reads_each_directory_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []

    def count(content: bytes, offset: int) -> Any:
        read.append(offset)
        return directory_at(content, offset)

    directory_at = dng_files.directory_at
    monkeypatch.setattr(dng_files, "directory_at", count)
    assert decode(naming(30_000, distinct=False), "photo").width == 400
    assert len(read) == 1


def test_a_dng_of_more_pictures_than_cameras_write_is_refused() -> None:
    assert "lists 30000 embedded images" in str(refusal(naming(30_000, distinct=True)))
    previews = [encode(noise(380, 280), "JPEG")] * 12
    assert decode(dng((400, 300), previews), "photo").width == 380


def scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is there again and again."""
    content = encode(noise(), "JPEG", progressive=True)
    last = content[content.rindex(b"\xff\xda") : -2]
    missing = count - content.count(b"\xff\xda")
    return content[:-2] + last * missing + b"\xff\xd9"


def test_a_jpeg_of_hundreds_of_scans_is_refused() -> None:
    jpeg.check_scans(scans(100))
    jpeg.check_scans(scans(100) + b"\xff\xda\0\2" * 200)
    start = time.process_time()
    assert "more than 100 scans" in str(refusal(scans(300)))
    many = scans(30_000)
    assert "more than 100 scans" in str(refusal(many))
    assert time.process_time() - start < 1.0
    inside = dng((96, 64), [many])
    assert "more than 100 scans" in str(refusal(inside))


def test_what_follows_a_jpeg_or_lies_in_its_segments_is_no_scan() -> None:
    """Such as the video of a phone's motion photo, which has these two bytes by chance."""
    plain = encode(noise(), "JPEG")
    for content in (
        plain + b"\xff\xda\0\2" * 200,
        encode(noise(), "JPEG", progressive=True) + b"\xff\xda\0\2" * 200,
        encode(noise(), "JPEG", comment=b"\xff\xda\0\2" * 200),
        encode(noise(), "JPEG", restart_marker_blocks=1),
    ):
        assert decode(content, "photo").width == 96


def test_exif_that_names_the_same_bytes_again_and_again_takes_no_memory() -> None:
    writer = Writer()
    place, count = writer.data(bytes(200_000)), 10_000
    entries = b"".join(struct.pack("<HHII", 1000 + i, 1, 200_000, place) for i in range(count))
    first = writer.data(struct.pack("<H", count) + entries + bytes(4))
    block = b"Exif\0\0" + writer.finish(first)
    content = io.BytesIO()
    Image.fromarray(noise()).save(content, "PNG", exif=block)
    tracemalloc.start()
    try:
        assert decode(content.getvalue(), "photo").width == 96
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20e6
