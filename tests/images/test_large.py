"""Photos read block by block have the same pixels as when decoded as a whole."""

import io
import struct
import threading
import zlib
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.large import opened, png
from crackscope.images.large import tiff as tiff_rows
from crackscope.images.large.rows import RowReader
from crackscope.images.read import decode
from crackscope.types import Box, Pixels
from support_pictures import encode, noise
from support_tiff import tiff

WIDTH, HEIGHT = 203, 377
PHOTO = Image.fromarray(noise(WIDTH, HEIGHT))
DEEP = Image.fromarray((np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) % 60000).astype("<u2"))
BIG_ENDIAN = Image.frombytes("I;16B", DEEP.size, np.asarray(DEEP).astype(">u2").tobytes())
LIMIT = 0.05
MODES = ("RGB", "L", "P", "RGBA", "LA", "CMYK")
COMPRESSIONS = (None, "tiff_lzw", "tiff_deflate", "packbits", "jpeg")


@pytest.fixture(autouse=True)
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff_rows, "_AT_ONCE", 20 * WIDTH)
    monkeypatch.setattr(png, "_AT_ONCE", 30 * WIDTH)
    monkeypatch.setattr(png, "_READ", 1000)


def in_parts(file: Path, limit: float = LIMIT) -> Pixels:
    """All of the photo, taken in blocks that overlap downwards."""
    with opened(file, max_megapixels=limit) as photo:
        assert photo is not None
        pixels = photo.photo.pixels
        height, width, _ = pixels.shape
        rows = []
        for top in range(0, height, 50):
            y1 = min(height, top + 60)
            row = [pixels[top:y1, x : min(width, x + 70)] for x in range(0, width, 70)]
            rows.append(np.concatenate(row, axis=1)[:50])
        assert photo.reduced().pixels.shape == pixels.shape
        return np.concatenate(rows)


def written(folder: Path, content: bytes) -> Path:
    file = folder / "photo"
    file.write_bytes(content)
    return file


def refusal(folder: Path, content: bytes, limit: float = LIMIT) -> ImageError:
    with pytest.raises(ImageError) as caught:
        in_parts(written(folder, content), limit)
    return caught.value


def tiffs() -> dict[str, bytes]:
    pictures = {mode: PHOTO.convert(mode) for mode in MODES} | {"16 bits": DEEP, "MM": BIG_ENDIAN}
    files = {}
    for name, picture in pictures.items():
        for compression in COMPRESSIONS:
            if not (compression == "jpeg" and name in ("P", "16 bits", "MM")):
                options: dict[str, Any] = {"compression": compression} if compression else {}
                options |= {"strip_size": 8000} if compression else {}
                files[f"{name} {compression}"] = encode(picture, "TIFF", **options)
    pixels = noise(WIDTH, HEIGHT)
    deep = pixels.astype("<u2") * 257
    return files | {
        "tiles": tiff(pixels, tile=64),
        "tiles, BigTIFF, 16 bits": tiff(deep, tile=48, big=True),
        "BigTIFF": tiff(pixels, big=True),
        "one row of tiles": tiff(pixels, tile=512),
        "differences of neighbours": encode(
            PHOTO, "TIFF", compression="tiff_lzw", strip_size=8000, tiffinfo={317: 2}
        ),
        "strips of one row": encode(PHOTO, "TIFF", compression="tiff_lzw", strip_size=1),
        **{
            f"strips by {name}": encode(PHOTO, "TIFF", compression=name, strip_size=8000)
            for name in ("tiff_adobe_deflate", "zstd")
        },
    }


@pytest.mark.parametrize(("name", "content"), tiffs().items(), ids=tiffs())
def test_a_tiff_in_parts_is_the_tiff(name: str, content: bytes, tmp_path: Path) -> None:
    whole = decode(content, name).pixels
    np.testing.assert_array_equal(in_parts(written(tmp_path, content)), whole)


WALL = noise(WIDTH, HEIGHT)[..., :1].astype("<u2")
"""Grey of 8 bits, as 16."""


@pytest.mark.parametrize("tile", [0, 64])
def test_a_margin_without_data_makes_no_dark_picture_bright(tile: int, tmp_path: Path) -> None:
    for white, kept in ((16, False), (257, True)):
        stored = WALL * white
        stored[:70] = 65535
        file = written(tmp_path, tiff(stored, tile=tile, no_data=65535))
        if kept:
            assert (in_parts(file)[:70] == 255).all()
        else:
            with pytest.raises(ImageError, match="too dark for its bit depth"):
                in_parts(file)


@pytest.mark.parametrize("tile", [0, 64])
@pytest.mark.parametrize(
    ("stored", "tags"),
    [(WALL * 257, {}), ((255 - WALL) * 257, {262: 0}), (WALL * 16, {281: 4080})],
    ids=["whole range", "white is 0", "12 bits in 16"],
)
def test_deep_grey_in_parts_is_as_bright_as_it_says(
    stored: np.ndarray, tags: dict[int, int], tile: int, tmp_path: Path
) -> None:
    found = in_parts(written(tmp_path, tiff(stored, tile=tile, other=tags)))
    np.testing.assert_array_equal(found, np.broadcast_to(WALL, found.shape))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_large_photo_too_dark_for_its_bit_depth_is_refused(channels: int, tmp_path: Path) -> None:
    """But not for the sake of a dark strip: the border of a map may be black."""
    pixels = np.zeros((HEIGHT, WIDTH, channels), "<u2")
    pixels[-1] = 4095
    assert "too dark for its bit depth" in str(refusal(tmp_path, tiff(pixels)))
    pixels[-1] = 65535
    assert in_parts(written(tmp_path, tiff(pixels)))[-1].min() == 255


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA"])
@pytest.mark.parametrize("level", [0, 6])
def test_a_png_in_parts_is_the_png(mode: str, level: int, tmp_path: Path) -> None:
    content = encode(PHOTO.convert(mode), "PNG", compress_level=level)
    whole = decode(content, mode).pixels
    np.testing.assert_array_equal(in_parts(written(tmp_path, content)), whole)


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_what_is_known_of_the_photo_comes_with_it(kind: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[271], exif[272] = "Maker", "Model"
    content = encode(PHOTO, kind, exif=exif)
    with opened(written(tmp_path, content), "site/a", LIMIT) as photo:
        assert photo is not None
        assert photo.photo.path == "site/a"
        assert photo.photo.metadata == decode(content, "a").metadata
        assert photo.photo.metadata is not None
        assert photo.photo.exif


def test_exif_behind_the_pixels_of_a_png_is_found(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[271], exif[272], exif[270] = "Maker", "Model", "said of the photo " * 50
    content = encode(PHOTO, "PNG", exif=exif)
    begin = content.index(b"eXIf") - 4
    end = begin + 12 + int.from_bytes(content[begin : begin + 4])
    moved = content[:begin] + content[end:-12] + content[begin:end] + content[-12:]
    with opened(written(tmp_path, moved), "site/a", LIMIT) as photo:
        assert photo is not None
        assert photo.photo.metadata is not None
        assert photo.photo.metadata.camera == "Maker Model"


def test_a_part_that_hangs_fails_the_photo_and_the_parts_in_time_are_the_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, released = written(tmp_path, encode(PHOTO, "TIFF")), threading.Event()
    with opened(file, max_megapixels=LIMIT, timeout=30.0) as photo:
        assert photo is not None
        assert np.array_equal(photo.photo.pixels[0:HEIGHT, 0:WIDTH], np.asarray(PHOTO))
    strips = tiff_rows.strips

    def hang(*arguments: Any) -> Iterator[Pixels]:
        yield from islice(strips(*arguments), 2)
        released.wait()

    monkeypatch.setattr(tiff_rows, "strips", hang)
    with opened(file, max_megapixels=LIMIT, timeout=0.3) as photo:
        assert photo is not None
        assert photo.photo.pixels[0:30, 0:WIDTH].shape == (30, WIDTH, 3)
        with pytest.raises(ImageError) as caught:
            photo.photo.pixels[0:HEIGHT, 0:WIDTH]
    released.set()
    assert caught.value.kind == "timeout"


def test_small_photos_and_other_formats_are_decoded_whole(tmp_path: Path) -> None:
    for content, limit in (
        (encode(PHOTO, "PNG"), 1.0),
        (encode(PHOTO, "JPEG"), LIMIT),
        (b"", LIMIT),
        (b"II*\0 no more", LIMIT),
    ):
        with opened(written(tmp_path, content), max_megapixels=limit) as photo:
            assert photo is None
    with opened(tmp_path / "gone.tif") as photo:
        assert photo is None


def interlaced() -> bytes:
    """The header says so, which is all that is looked at."""
    content = bytearray(encode(PHOTO, "PNG"))
    content[28] = 1
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (interlaced(), "interlaced"),
        (encode(DEEP, "PNG"), "16 bits per channel"),
        (tiff(noise(WIDTH, HEIGHT), planar=True), "stored separately"),
        (encode(PHOTO, "TIFF", tiffinfo={274: 6}), "stored rotated"),
        (encode(PHOTO.convert("LAB"), "TIFF"), "colour format (LAB)"),
        (encode(PHOTO, "TIFF", compression="lzma"), "compression (number 34925)"),
    ],
)
def test_what_must_be_decoded_whole_says_why(content: bytes, reason: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, content)
    assert error.kind == "too_large"
    assert reason in str(error)
    assert "0.05 megapixels" in str(error)
    with opened(written(tmp_path, content), max_megapixels=1.0) as photo:
        assert photo is None  # within the limit it is not refused


def test_a_large_piece_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff_rows, "_PIECE", 1000)
    content = encode(PHOTO, "TIFF", compression="tiff_lzw")
    assert "one piece" in str(refusal(tmp_path, content))


def claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is large."""
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(10**6))), (b"IEND", b""))
    return png._START + b"".join(png._chunk(*part) for part in parts)


def test_a_header_is_not_believed(tmp_path: Path) -> None:
    short = claims(100_000, 100_000)
    with pytest.raises(ImageError, match=r"too large for a file of") as caught:
        decode(short, "short")
    long = refusal(tmp_path, short + bytes(10**6), limit=250.0)
    assert "implausible for a file of" in str(long)
    assert caught.value.kind == long.kind == "too_large"


def repointed(offset: int | None, length: int | None) -> bytes:
    """A TIFF whose strips all lie at one offset, or are all of one length."""
    content = bytearray(encode(PHOTO, "TIFF", compression="tiff_lzw", strip_size=8000))
    with Image.open(io.BytesIO(content)) as image:
        tags = [(image.tag_v2[tag], same) for tag, same in ((273, offset), (279, length))]
    for values, same in tags:
        if same is not None:
            place = content.index(struct.pack(f"<{len(values)}I", *values))
            content[place : place + 4 * len(values)] = struct.pack("<I", same) * len(values)
    return bytes(content)


def test_pieces_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    assert "overlap" in str(refusal(tmp_path, repointed(8, 9000)))


def test_a_tiff_that_lacks_a_part_of_the_picture_is_cut_off(tmp_path: Path) -> None:
    assert refusal(tmp_path, repointed(10**6, None)).kind == "truncated"
    whole = repointed(None, None)
    assert refusal(tmp_path, repointed(len(whole) - 10, None)).kind == "truncated", "begins inside"


def test_a_tiff_with_too_few_strips_is_not_read_in_parts(tmp_path: Path) -> None:
    content = encode(PHOTO, "TIFF", compression="tiff_lzw", strip_size=8000)
    height = struct.pack("<HHIH", 257, 3, 1, HEIGHT)
    assert content.count(height) == 1
    higher = content.replace(height, struct.pack("<HHIH", 257, 3, 1, 2 * HEIGHT))
    error = refusal(tmp_path, higher)
    assert "offsets of its strips or tiles are incomplete" in str(error)


def test_places_that_are_no_whole_numbers_are_a_damaged_header(tmp_path: Path) -> None:
    content = bytearray(encode(PHOTO, "TIFF", compression="tiff_lzw", strip_size=8000))
    entry = content.index(struct.pack("<HH", 279, 4))
    content[entry + 2] = 5  # rationals
    assert refusal(tmp_path, bytes(content)).kind == "unreadable"


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_png_that_is_cut_off_is_never_taken_for_whole(share: float, tmp_path: Path) -> None:
    content = encode(PHOTO, "PNG")
    assert refusal(tmp_path, content[: int(len(content) * share)]).kind == "truncated"


def test_a_png_whose_rows_end_too_soon_is_cut_off(tmp_path: Path) -> None:
    content = claims(500, 1000)  # 1.5 MB by its header, 1 MB inside
    assert refusal(tmp_path, content + bytes(10**5)).kind == "truncated"


@settings(max_examples=150)
@given(data=st.data())
def test_damage_is_an_image_error_or_does_no_harm(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kind, options = data.draw(
        st.sampled_from([("PNG", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_deflate"})])
    )
    content = bytearray(encode(PHOTO, kind, **options))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1) | st.integers(0, 200))
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    pixels = read_or_refused(written(tmp_path_factory.mktemp("damaged"), bytes(content)))
    if kind == "PNG" and pixels is not None:
        np.testing.assert_array_equal(pixels, np.asarray(PHOTO), "its checksums tell")


def read_or_refused(file: Path) -> Pixels | None:
    """The pixels, or None where the photo is refused or is none to be read in parts."""
    try:
        with opened(file, max_megapixels=LIMIT) as photo:
            if photo is None:
                return None
            height, width, _ = photo.photo.pixels.shape
            return np.concatenate(
                [
                    photo.photo.pixels[top : min(height, top + 100), 0:width]
                    for top in range(0, height, 100)
                ]
            )
    except ImageError:
        return None


@settings(max_examples=60)
@given(data=st.data())
def test_bands_give_what_an_array_gives(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 60))
    whole = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    cuts = sorted(data.draw(st.sets(st.integers(1, height)))) or [height]
    edges = sorted({0, *cuts, height})
    rows = RowReader(width, height, (whole[a:b] for a, b in pairwise(edges)))
    boxes = data.draw(st.lists(_boxes(width, height), max_size=8))
    kept = data.draw(st.lists(_boxes(width, height), max_size=3))
    rows.keep(kept)
    for box in (*sorted(boxes, key=lambda box: box.y0), Box(0, height - 1, width, height), *kept):
        part = (slice(box.y0, box.y1), slice(box.x0, box.x1))
        np.testing.assert_array_equal(rows[part], whole[part])
    np.testing.assert_array_equal(rows.reduced(), whole)


def _boxes(width: int, height: int) -> st.SearchStrategy[Box]:
    def sides(count: int) -> st.SearchStrategy[list[int]]:
        return st.lists(st.integers(0, count), min_size=2, max_size=2, unique=True).map(sorted)

    return st.builds(lambda x, y: Box(x[0], y[0], x[1], y[1]), sides(width), sides(height))


def test_rows_that_were_let_go_are_not_given_again() -> None:
    rows = RowReader(4, 10, iter([np.zeros((5, 4, 3), np.uint8)] * 2))
    _ = rows[6:8, 0:4]
    with pytest.raises(ValueError, match="y0 must be at least"):
        _ = rows[2:8, 0:4]


def test_the_reduced_copy_is_made_of_means() -> None:
    whole = np.random.default_rng(0).integers(0, 256, (50, 9001, 3), np.uint8)
    rows = RowReader(9001, 50, (whole[top : top + 7] for top in range(0, 50, 7)))
    _ = rows[49:50, 0:1]
    assert rows.reduced().shape == (13, 2251, 3)
    expected = whole[:48, :9000].reshape(12, 4, 2250, 4, 3).mean(axis=(1, 3))
    assert np.abs(rows.reduced()[:12, :2250] - expected).max() <= 0.51


@settings(max_examples=150)
@given(data=st.data())
def test_damaged_tags_are_an_image_error_or_do_no_harm(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(tiff(noise(WIDTH, HEIGHT), tile=data.draw(st.sampled_from([0, 64]))))
    directory = int.from_bytes(content[4:8], "little")
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(directory, len(content) - 1))] = data.draw(
            st.integers(0, 255)
        )
    read_or_refused(written(tmp_path_factory.mktemp("damaged"), bytes(content)))


def test_a_jpeg_piece_with_a_hole_is_refused(tmp_path: Path) -> None:
    content = encode(PHOTO, "TIFF", compression="jpeg", strip_size=16 * WIDTH * 3)
    assert in_parts(written(tmp_path, content)).shape == (HEIGHT, WIDTH, 3)
    with Image.open(io.BytesIO(content)) as image:
        offset, length = image.tag_v2[273][2], image.tag_v2[279][2]
    middle = offset + length // 2
    damaged = content[:middle] + bytes(length // 3) + content[middle + length // 3 :]
    assert "JPEG inside the TIFF" in str(refusal(tmp_path, damaged))
