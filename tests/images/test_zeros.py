"""Zeros at the end of the data are refused; rows that may be black or without data are noted."""

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from crackscope.errors import ImageError
from crackscope.images import large
from crackscope.images.read import decode
from crackscope.images.zeros import Rows, black_rows
from support_pictures import encode
from support_reading import refusal
from support_tiff import tiff

HEIGHT, WIDTH = 96, 120
GROUND = np.random.default_rng(7).integers(40, 220, (HEIGHT, WIDTH, 3), dtype=np.uint8)
COLOUR = Image.fromarray(GROUND)
GREY = COLOUR.convert("L")
BLACK = (COLOUR.convert("L").point(lambda value: 255 * (value % 3 > 0))).convert("1")
VALUES = np.asarray(GREY).astype("<u2") * 257
DEEP = Image.fromarray(VALUES)
RAW = {
    "BMP": encode(COLOUR, "BMP"),
    "grey BMP": encode(GREY, "BMP"),
    "palette BMP": encode(COLOUR.quantize(7).point(lambda index: index + 1), "BMP"),
    "two-colour BMP": encode(BLACK, "BMP"),
    "BMP with alpha": encode(COLOUR.convert("RGBA"), "BMP"),
    "PPM": encode(COLOUR, "PPM"),
    "PGM": encode(GREY, "PPM"),
    "PBM": encode(ImageOps.invert(BLACK), "PPM"),
    "PGM of 16 bits": b"P5 %d %d 65535\n" % GREY.size + VALUES.astype(">u2").tobytes(),
    "PGM of 10 bits": b"P5 %d %d 1023\n" % GREY.size + (VALUES >> 6).astype(">u2").tobytes(),
    "PPM of 7 bits": b"P6 %d %d 127\n" % (WIDTH, HEIGHT) + (GROUND >> 1).tobytes(),
    "TIFF": encode(COLOUR, "TIFF"),
    "grey TIFF": encode(GREY, "TIFF"),
    "two-colour TIFF": encode(BLACK, "TIFF"),
    "CMYK TIFF": encode(COLOUR.convert("CMYK"), "TIFF"),
    "TIFF of 16 bits": encode(DEEP, "TIFF"),
    "TIFF in strips": encode(COLOUR, "TIFF", strip_size=10 * WIDTH * 3),
}
PACKED = {
    "WebP": encode(COLOUR, "WEBP"),
    "fast WebP": encode(COLOUR, "WEBP", method=0, quality=30),
    "lossless WebP": encode(COLOUR, "WEBP", lossless=True),
    "WebP with alpha": encode(COLOUR.convert("RGBA"), "WEBP"),
    "AVIF": encode(COLOUR, "AVIF"),
    "AVIF with alpha": encode(
        Image.fromarray(np.dstack([GROUND, GROUND[..., 0]])), "AVIF", quality=50
    ),
    "JPEG": encode(COLOUR, "JPEG"),
    "JPEG 2000": encode(COLOUR, "JPEG2000"),
    "PNG": encode(COLOUR, "PNG"),
    "stored PNG": encode(COLOUR, "PNG", compress_level=0),
    "GIF": encode(COLOUR, "GIF"),
    **{
        f"TIFF by {name}": encode(COLOUR, "TIFF", compression=name)
        for name in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd", "lzma")
    },
    "plain PPM": b"P2 %d %d 255\n" % (WIDTH, HEIGHT) + b" ".join(b"%d" % v for v in GREY.tobytes()),
}


def _zeroed(content: bytes, begin: int) -> bytes:
    return content[:begin] + bytes(len(content) - begin)


def _raw_place(content: bytes) -> tuple[int, int]:
    """Where the rows begin, and the bytes of each."""
    with Image.open(io.BytesIO(content)) as image:
        begin = image.tile[0].offset
    return begin, (len(content) - begin) // HEIGHT


@pytest.mark.parametrize("name", [*RAW, *PACKED])
def test_a_whole_file_passes_without_a_remark(name: str) -> None:
    photo = decode((RAW | PACKED)[name], "photo")
    assert (photo.width, photo.height, photo.remark) == (WIDTH, HEIGHT, "")


@pytest.mark.parametrize("name", RAW)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_raw_rows_that_turn_to_zeros_are_refused(name: str, data: st.DataObject) -> None:
    content = RAW[name]
    begin, row = _raw_place(content)
    full = data.draw(st.integers(0, HEIGHT - 3))
    column = data.draw(st.integers(1, row - 8))
    start = begin + full * row
    assume(any(content[start : start + column]))  # else the whole row is black, and may be so
    error = refusal(_zeroed(content, start + column))
    assert error.kind == "truncated"
    assert "interrupted copy" in str(error)


@pytest.mark.parametrize("name", PACKED)
@settings(max_examples=30, deadline=None)
@given(share=st.floats(0.02, 1.0))
def test_packed_data_that_turns_to_zeros_is_refused(name: str, share: float) -> None:
    content = PACKED[name]
    tags = 400 if name.startswith("TIFF") else 64  # they may stand behind the data
    begin = min(int(len(content) * share), len(content) - tags)
    assert refusal(_zeroed(content, begin)).kind in ("truncated", "unreadable", "not_an_image")


@pytest.mark.parametrize("name", ["WebP", "lossless WebP", "AVIF"])
def test_the_reason_is_named(name: str) -> None:
    content = PACKED[name]
    error = refusal(_zeroed(content, len(content) // 2))
    assert error.kind == "truncated"
    assert "interrupted copy" in str(error)


def test_the_last_strip_of_a_packed_tiff_decides() -> None:
    content = encode(COLOUR, "TIFF", compression="tiff_lzw", strip_size=10 * WIDTH * 3)
    with Image.open(io.BytesIO(content)) as image:
        places = zip(image.tag_v2[273], image.tag_v2[279], strict=True)
        *_, (begin, length) = sorted(places)
    end = begin + length
    error = refusal(content[: end - 300] + bytes(300) + content[end:])
    assert error.kind == "truncated"
    assert "the last 300 bytes" in str(error)


@pytest.mark.parametrize("name", [name for name in RAW if name not in ("PBM",)])
def test_whole_rows_of_zeros_are_said(name: str) -> None:
    content = RAW[name]
    begin, row = _raw_place(content)
    photo = decode(_zeroed(content, begin + 70 * row), "photo")
    assert photo.remark.startswith(f"{HEIGHT - 70} whole rows")


def _orthomosaic() -> np.ndarray:
    """A turned rectangle; around it, and in whole rows below, there is no data."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    inside = (np.abs(x - 60 + y * 0.2) + np.abs(y - 40) * 0.7 < 50) & (y < 80)
    return GROUND * inside[..., None].astype(np.uint8)


@pytest.mark.parametrize("kind", ["TIFF", "PPM"])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_an_orthomosaic_is_read_and_its_empty_rows_are_said(kind: str, mode: str) -> None:
    if (kind, mode) == ("PPM", "CMYK"):
        return
    photo = decode(encode(Image.fromarray(_orthomosaic()).convert(mode), kind), "photo")
    if mode == "CMYK":  # black is not zero
        assert photo.remark == ""
    else:
        assert photo.remark.startswith("16 whole rows")


def test_an_orthomosaic_in_tiles_is_read_and_a_tile_that_turns_to_zeros_is_not() -> None:
    assert decode(tiff(_orthomosaic(), tile=32), "photo").remark
    content = tiff(GROUND, tile=32)
    assert decode(content, "photo").remark == ""
    with Image.open(io.BytesIO(content)) as image:
        last = image.tag_v2[324][-2]
    damaged = content[: last + 1000] + bytes(2 * 32 * 32 * 3 - 1000) + content[last + 6144 :]
    assert len(damaged) == len(content)
    assert "interrupted copy" in str(refusal(damaged))


@pytest.mark.parametrize("planar", [False, True])
def test_tags_behind_the_zeros_do_not_hide_them(planar: bool) -> None:
    content = tiff(GROUND, planar=planar)
    with Image.open(io.BytesIO(content)) as image:
        end = image.tag_v2[273][-1] + image.tag_v2[279][-1]
    damaged = content[: end - 1234] + bytes(1234) + content[end:]
    assert "last 1234 bytes" in str(refusal(damaged))


@pytest.mark.parametrize(
    ("value", "options"),
    [
        *((value, {"quality": quality}) for value in (0, 137, 255) for quality in (5, 80)),
        *((value, {"quality": quality, "method": 0}) for value in (0, 255) for quality in (5, 80)),
        *((value, {"lossless": True, "method": 0, "quality": 0}) for value in (0, 137, 255)),
    ],
)
def test_a_webp_with_rows_of_one_colour_is_read(value: int, options: dict[str, Any]) -> None:
    pixels = np.kron(GROUND, np.ones((6, 6, 1), np.uint8))
    pixels[300:] = value
    assert decode(encode(pixels, "WEBP", **options), "photo").height == 576


@pytest.mark.parametrize("seed", range(12))
def test_a_webp_that_ends_with_zeros_is_read_where_its_decoder_needs_them(seed: int) -> None:
    """How many that are depends on the noise above as well, and is more than it seems."""
    chance = np.random.default_rng(seed)
    pixels = chance.integers(60, 200, (384, 320, 3)).astype(np.uint8)
    pixels[150:] = chance.integers(0, 256, 3)
    content = encode(pixels, "WEBP", method=0, quality=(50, 80, 95)[seed % 3])
    zeros = len(content) - len(content.rstrip(b"\0"))
    assert zeros > 32, "else it tests nothing"
    assert decode(content, "photo").remark.endswith("there, copy it again")
    for missing in (400, 4000):
        assert refusal(_zeroed(content, len(content) - zeros - missing)).kind in (
            "truncated",
            "unreadable",
        )


@pytest.mark.parametrize("name", ["WebP", "fast WebP"])
def test_a_webp_whose_decoder_is_done_too_soon_is_refused(name: str) -> None:
    """It has no checksums: damage shows where the decoder does not come to the end of the data."""
    whole, refused = PACKED[name], 0
    for seed in range(50):
        chance = np.random.default_rng(seed)
        damaged = bytearray(whole)
        damaged[int(chance.integers(200, len(whole) - 100))] ^= int(chance.integers(1, 256))
        with suppress(ImageError):
            decode(bytes(damaged), "photo")
            continue
        refused += 1
    assert refused >= 40, "of 50, none to 10 without"


def test_a_black_mask_is_read() -> None:
    for kind in ("BMP", "TIFF", "PPM"):
        assert decode(encode(np.zeros((64, 64), np.uint8), kind), "photo").pixels.max() == 0


def test_zeros_behind_the_data_do_no_harm() -> None:
    for content in (RAW | PACKED).values():
        if content not in (PACKED["plain PPM"],):
            assert decode(content + bytes(5000), "photo").remark == ""


@pytest.mark.parametrize("tile", [0, 16])
def test_large_photos_are_looked_at_too(
    tmp_path: Path, tile: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "WHOLE_MEGAPIXELS", 0.005)
    path = tmp_path / "ortho.tif"
    path.write_bytes(tiff(_orthomosaic(), tile=tile))
    with large.opened(path) as found:
        assert found is not None
        assert "whole rows" in found.photo.remark
    content = tiff(GROUND, tile=tile)
    end = 8 + 3 * (HEIGHT * WIDTH if not tile else 96 * 128)
    path.write_bytes(content[: end - 27001] + bytes(27001) + content[end:])
    with pytest.raises(ImageError, match="interrupted copy"), large.opened(path):
        pass


@given(
    rows=st.integers(1, 12),
    width=st.integers(20, 40),
    pieces=st.integers(1, 4),
    data=st.data(),
)
def test_black_rows_finds_each_cut(rows: int, width: int, pieces: int, data: st.DataObject) -> None:
    length = rows * width * pieces
    cut = data.draw(st.integers(0, length))
    content = b"\x07" * cut + bytes(length - cut)
    parts = [Rows(n * rows * width, rows, width, width) for n in range(pieces)]
    whole, column = divmod(cut, width)
    left = rows * pieces - whole - (column > 0)
    if column and left:
        with pytest.raises(ImageError, match=f"last {length - cut} bytes"):
            black_rows(lambda begin, end: content[begin:end], parts[::-1])
    else:
        assert black_rows(lambda begin, end: content[begin:end], parts[::-1]) == left
