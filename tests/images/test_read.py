import io
import os
import struct
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import PIL
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile

from crackscope.errors import ImageError
from crackscope.images.exif import upright
from crackscope.images.guard import our_limits
from crackscope.images.read import decode, from_array, read
from support_pictures import encode, noise, quadrants

LOSSLESS = {
    "PNG": {},
    "TIFF": {},
    "BMP": {},
    "PPM": {},
    "WEBP": {"lossless": True},
    "JPEG2000": {},
}
EVERY_FORMAT = {
    **LOSSLESS,
    "GIF": {},
    "AVIF": {},
    "JPEG": {},
    "MPO": {},
}
ORIENTATION = 0x0112


def kind_of(content: bytes, **options: float) -> str:
    with pytest.raises(ImageError) as caught:
        decode(content, "photo", **options)
    assert str(caught.value)
    return caught.value.kind


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_formats_give_the_pixels_that_were_saved(kind: str) -> None:
    photo = decode(encode(noise(), kind, **LOSSLESS[kind]), "photo")
    np.testing.assert_array_equal(photo.pixels, noise())
    assert photo.path == "photo"


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_jpeg_gives_the_pixels_that_pillow_gives(mode: str, options: dict[str, int]) -> None:
    content = encode(Image.fromarray(noise(101, 77)).convert(mode), "JPEG", **options)
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    np.testing.assert_array_equal(decode(content, "photo").pixels, expected)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_comes_out_upright(kind: str, orientation: int) -> None:
    transpose = Image.Transpose
    stored_as = {
        1: None,
        2: transpose.FLIP_LEFT_RIGHT,
        3: transpose.ROTATE_180,
        4: transpose.FLIP_TOP_BOTTOM,
        5: transpose.TRANSPOSE,
        6: transpose.ROTATE_90,
        7: transpose.TRANSVERSE,
        8: transpose.ROTATE_270,
    }[orientation]
    image = Image.fromarray(quadrants())
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = image if stored_as is None else image.transpose(stored_as)
    content = encode(stored, kind, exif=exif.tobytes())
    difference = np.abs(decode(content, "photo").pixels.astype(int) - quadrants())
    assert difference.mean() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_is_contiguous_and_loses_nothing(orientation: int) -> None:
    turned = upright(quadrants(), orientation)
    assert turned.flags.c_contiguous
    assert sorted(turned.reshape(-1, 3).tolist()) == sorted(quadrants().reshape(-1, 3).tolist())


def test_a_broken_exif_block_is_ignored() -> None:
    content = encode(quadrants(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    assert decode(content, "photo").width == 96


def test_sixteen_bit_greyscale_is_scaled_not_clipped() -> None:
    values = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    expected = np.rint(values / 257.0)
    for kind in ("PNG", "TIFF"):
        pixels = decode(encode(Image.fromarray(values), kind), "photo").pixels
        for channel in range(3):
            np.testing.assert_array_equal(pixels[..., channel], expected)


def test_wide_integers_are_scaled() -> None:
    ramp = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    pixels = decode(encode(Image.fromarray((ramp * 65535).astype(np.int32)), "TIFF"), "photo")
    np.testing.assert_allclose(pixels.pixels[..., 0], ramp * 255, atol=1)


def test_floating_point_is_refused_with_the_way_out() -> None:
    values = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    with pytest.raises(ImageError, match="8 or 16 bits") as caught:
        decode(encode(Image.fromarray(values), "TIFF"), "photo")
    assert caught.value.kind == "unsupported"


def test_sixteen_bit_colour_is_scaled() -> None:
    pixels = decode(_png_rgb16(noise()), "photo").pixels
    np.testing.assert_array_equal(pixels, noise())


def _png_rgb16(pixels: np.ndarray) -> bytes:
    """A 16-bit RGB PNG, which Pillow reads but does not write."""
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    height, width = pixels.shape[:2]
    rows = (pixels.astype(np.uint16) * 257).astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGBA", "CMYK", "YCbCr", "LAB", "I;16"]
)
def test_every_mode_becomes_three_channels(mode: str) -> None:
    if mode == "YCbCr" and int(PIL.__version__.split(".")[0]) < 13:
        pytest.skip("Pillow before 13 writes YCbCr that it cannot read")
    source = Image.fromarray(quadrants())
    image = Image.new("I;16", source.size, 30000) if mode == "I;16" else _as_mode(source, mode)
    photo = decode(encode(image, "TIFF"), "photo")
    if mode == "I;16":
        expected = np.full((64, 96, 3), round(30000 / 257))
    elif mode in ("1", "L", "LA", "PA"):
        expected = np.asarray(image.convert("RGB"))
    else:
        expected = quadrants()
    np.testing.assert_allclose(photo.pixels, expected, atol=3)


def _as_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "P":
        return image.quantize(8)
    if mode != "LAB":
        return image.convert(mode)
    lab, rgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(image, rgb, lab, outputMode="LAB")


def test_alpha_is_dropped_not_blended() -> None:
    clear = np.dstack([quadrants(), np.zeros((64, 96), np.uint8)])
    np.testing.assert_array_equal(decode(encode(clear, "PNG"), "photo").pixels, quadrants())


def test_transparent_palette_entries_keep_their_colour() -> None:
    image = Image.fromarray(quadrants()).quantize(8)
    for transparency in (0, bytes([0, 128, 255])):
        content = encode(image, "PNG", transparency=transparency)
        np.testing.assert_allclose(decode(content, "photo").pixels, quadrants(), atol=3)


def test_inverted_adobe_cmyk_is_not_a_negative() -> None:
    content = encode(Image.fromarray(quadrants()).convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in content
    difference = np.abs(decode(content, "photo").pixels.astype(int) - quadrants())
    assert difference.mean() < 12


def test_the_first_frame_of_an_animation_counts() -> None:
    first, second = (Image.fromarray(pixels) for pixels in (quadrants(), 255 - quadrants()))
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {}), ("GIF", {})):
        content = encode(first, kind, save_all=True, append_images=[second], **options)
        np.testing.assert_allclose(decode(content, "photo").pixels, quadrants(), atol=3)


def test_the_first_picture_of_a_multi_picture_jpeg_counts() -> None:
    first, second = Image.fromarray(noise()), Image.fromarray(255 - noise())
    content = encode(first, "MPO", save_all=True, append_images=[second])
    assert b"MPF" in content
    expected = np.asarray(Image.open(io.BytesIO(content)))
    np.testing.assert_array_equal(decode(content, "photo").pixels, expected)


def test_a_foreign_icc_profile_is_converted_and_srgb_is_not() -> None:
    pixels = quadrants()
    plain = decode(encode(pixels, "PNG"), "photo").pixels
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("PNG", "JPEG"):
        same = decode(encode(pixels, kind, icc_profile=srgb), "photo").pixels
        np.testing.assert_array_equal(same, decode(encode(pixels, kind), "photo").pixels)
    swapped = decode(encode(pixels, "PNG", icc_profile=_profile_with_dark_gamma(srgb)), "photo")
    assert np.abs(swapped.pixels.astype(int) - plain).max() > 20


def _profile_with_dark_gamma(srgb: bytes) -> bytes:
    """An sRGB profile under another name, its curves replaced by a plain gamma of 3."""
    return _with_gamma(srgb.replace(b"s\0R\0G\0B", b"t\0e\0s\0t").replace(b"sRGB", b"test"), 3.0)


def _with_gamma(profile: bytes, gamma: float) -> bytes:

    content = bytearray(profile)
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    count = struct.unpack_from(">I", content, 128)[0]
    for index in range(count):
        entry = 132 + 12 * index
        name, offset, _ = struct.unpack_from(">4sII", content, entry)
        if name in (b"rTRC", b"gTRC", b"bTRC"):
            content[offset : offset + len(curve)] = curve
    return bytes(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_profile_is_judged_by_its_colours_not_by_its_name(kind: str) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    linear = _with_gamma(srgb, 1.0)
    named = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(linear)))
    assert "sRGB" in named
    grey = np.full((64, 64, 3), 60, np.uint8)
    found = decode(encode(grey, kind, icc_profile=linear, **LOSSLESS.get(kind, {})), "photo").pixels
    assert 130 < found.mean() < 135  # 60/255 of the light is 132/255 in sRGB
    other = srgb.replace(b"s\0R\0G\0B", b"t\0e\0s\0t").replace(b"sRGB", b"test")
    same = decode(encode(noise(), kind, icc_profile=other), "photo").pixels
    np.testing.assert_array_equal(same, decode(encode(noise(), kind), "photo").pixels)


@pytest.mark.parametrize("profile", [b"not a profile", b"\0" * 200])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_broken_icc_profile_is_ignored(kind: str, profile: bytes) -> None:
    expected = decode(encode(noise(), kind), "photo").pixels
    content = encode(noise(), kind, icc_profile=profile)
    np.testing.assert_array_equal(decode(content, "photo").pixels, expected)


def test_a_profile_of_another_colour_space_is_ignored() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    foreign = srgb.replace(b"s\0R\0G\0B", b"t\0e\0s\0t").replace(b"sRGB", b"test")
    grey = Image.fromarray(noise()).convert("L")
    pixels = decode(encode(grey, "PNG", icc_profile=foreign), "photo").pixels
    np.testing.assert_array_equal(pixels[..., 0], np.asarray(grey))


@pytest.mark.parametrize("kind", EVERY_FORMAT)
def test_bytes_after_the_end_do_no_harm(kind: str) -> None:
    content = encode(noise(), kind, **EVERY_FORMAT[kind])
    expected = decode(content, "photo").pixels
    for rest in (b"\0" * 100, b"trailing bytes, as some cameras write them"):
        np.testing.assert_array_equal(decode(content + rest, "photo").pixels, expected)


def test_stray_bytes_between_jpeg_segments_do_no_harm() -> None:
    content = encode(noise(), "JPEG")
    end_of_first = 4 + int.from_bytes(content[4:6], "big")
    stray = content[:end_of_first] + b"\0" * 7 + content[end_of_first:]
    np.testing.assert_array_equal(decode(stray, "photo").pixels, decode(content, "photo").pixels)


CUT = {
    **{kind: encode(noise(), kind, **options) for kind, options in EVERY_FORMAT.items()},
    "progressive JPEG": encode(noise(), "JPEG", progressive=True),
    "CMYK JPEG": encode(Image.fromarray(noise()).convert("CMYK"), "JPEG"),
    "JPEG with a thumbnail": encode(noise(), "JPEG", exif=b"Exif\0\0" + encode(noise(40, 40))),
    "deflated TIFF": encode(noise(), "TIFF", compression="tiff_adobe_deflate"),
}


@pytest.mark.parametrize("name", CUT)
@settings(max_examples=60)
@given(share=st.floats(0.0, 1.0, exclude_max=True))
def test_a_file_that_is_cut_off_never_passes(name: str, share: float) -> None:
    whole = CUT[name]
    # The last byte of a GIF only says that no further frame follows.
    length = min(max(1, int(len(whole) * share)), len(whole) - 3)
    kind = kind_of(whole[:length])
    assert kind in ("truncated", "not_an_image", "unreadable")
    if name.endswith(("JPEG", "PNG", "thumbnail")) and length > 8:
        assert kind == "truncated"


@pytest.mark.parametrize(
    "name",
    ["JPEG", "progressive JPEG", "CMYK JPEG", "PNG", "WEBP", "BMP", "AVIF", "JPEG2000", "PPM"],
)
@pytest.mark.parametrize("missing", [1, 2, 3, 10])
def test_the_last_bytes_are_missed(name: str, missing: int) -> None:
    assert kind_of(CUT[name][:-missing]) == "truncated"


@pytest.mark.parametrize("length", [18, 30, 53])
def test_a_bitmap_that_ends_in_its_head_is_cut_off(length: int) -> None:
    assert kind_of(CUT["BMP"][:length]) == "truncated"


@pytest.mark.parametrize("header", [108, 124])
def test_bitmaps_with_longer_headers_are_bitmaps(header: int) -> None:
    """As other programs than Pillow write them, with fields for colours."""
    content = encode(quadrants(), "BMP")
    longer = struct.pack("<IHHII", len(content) + header - 40, 0, 0, 14 + header, header)
    other = b"BM" + longer + content[18:54] + bytes(header - 40) + content[54:]
    np.testing.assert_array_equal(decode(other, "photo").pixels, quadrants())
    assert kind_of(other[:-1]) == "truncated"


def test_a_jpeg_whose_end_was_overwritten_with_zeros_fails() -> None:
    content = encode(noise(256, 256), "JPEG")
    half = len(content) // 2
    assert kind_of(content[:half] + bytes(len(content) - half)) == "truncated"


def test_a_jpeg_with_a_hole_fails() -> None:
    content = encode(noise(256, 256), "JPEG")
    assert kind_of(content[: len(content) // 2] + content[-40:]) in ("truncated", "unreadable")


def test_kinds_of_what_is_no_photo() -> None:
    assert kind_of(b"") == "empty"
    assert kind_of(b"just some text, renamed") == "not_an_image"
    assert kind_of(b"BM and more text that is not a bitmap at all") == "not_an_image"
    assert kind_of(b"%PDF-1.7 ...") == "not_an_image"
    assert kind_of(b"\0\0\0\x20ftypisom" + bytes(100)) == "not_an_image"
    assert kind_of(b"\x89PNG\r\n\x1a\n") == "truncated"
    assert kind_of(b"\xff\xd8\xff") == "truncated"
    assert kind_of(b"FUJIFILMCCD-RAW " + bytes(100)) == "unsupported"
    assert kind_of(b"II*\0\x10\0\0\0CR\x02\0" + bytes(100)) == "unsupported"


def test_the_preview_in_a_raw_file_is_not_taken_for_the_photo() -> None:
    content = encode(noise(), "TIFF", tiffinfo={254: 1})
    assert kind_of(content) == "unsupported"


def test_sizes_are_checked_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kind_of(encode(noise(20, 200), "PNG")) == "too_small"
    assert kind_of(encode(np.zeros((1, 1, 3), np.uint8), "PNG")) == "too_small"
    assert kind_of(encode(np.zeros((20000, 1, 3), np.uint8), "PNG")) == "too_small"
    content = encode(noise(200, 200), "JPEG")

    def refuse(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr("crackscope.images.jpeg.decode", refuse)
    assert kind_of(content, max_megapixels=0.03) == "too_large"


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    import zlib

    content = bytearray(encode(noise(), "PNG"))
    content[16:24] = struct.pack(">II", 60000, 60000)
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    assert kind_of(bytes(content)) == "too_large"
    with pytest.raises(ImageError, match=r"60000×60000 px, 3600\.0 megapixels"):
        decode(bytes(content), "photo")


def test_a_photo_above_pillows_own_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert decode(encode(noise(), "PNG"), "photo").width == 96
    assert Image.MAX_IMAGE_PIXELS == 100


@pytest.mark.parametrize("name", CUT)
def test_half_a_file_never_passes_whatever_the_process_has_set(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = CUT[name]
    assert kind_of(whole[: len(whole) // 2]) in ("truncated", "unreadable")
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_what_a_thread_sets_meanwhile_does_not_reach_the_next_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    with our_limits():
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        assert kind_of(CUT["TIFF"][: len(CUT["TIFF"]) // 2]) in ("truncated", "unreadable")
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_warnings_stay_inside_and_filters_are_put_back() -> None:
    before = list(warnings.filters)
    palette = Image.fromarray(quadrants()).quantize(8)
    contents = [
        encode(palette, "PNG", transparency=bytes([0, 128, 255])),
        encode(noise(), "TIFF")[:-300],
        encode(noise(), "JPEG"),
    ] * 20
    with warnings.catch_warnings(record=True) as caught, ThreadPoolExecutor(8) as pool:
        warnings.simplefilter("always")
        list(pool.map(_try_to_decode, contents))
    assert caught == []
    assert list(warnings.filters) == before


def _try_to_decode(content: bytes) -> None:
    with suppress(ImageError):
        decode(content, "photo")


@settings(max_examples=150)
@given(data=st.data())
def test_damaged_bytes_give_a_photo_or_an_image_error(data: st.DataObject) -> None:
    content = bytearray(CUT[data.draw(st.sampled_from(sorted(CUT)))])
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    try:
        photo = decode(bytes(content), "photo", max_megapixels=1.0)
    except ImageError:
        return
    assert photo.pixels.flags.c_contiguous


def test_files_that_the_system_does_not_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kind_at(path: Path) -> str:
        with pytest.raises(ImageError) as caught:
            read(path)
        return caught.value.kind

    assert kind_at(tmp_path / "gone.jpg") == "not_found"
    assert kind_at(tmp_path) == "unreadable"
    assert kind_at(tmp_path / "nul\0.jpg") == "unreadable"
    photo = tmp_path / "a.jpg"
    photo.write_bytes(encode(noise()))

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert kind_at(photo) == "not_permitted"
    assert kind_at(tmp_path) == "not_permitted"


@pytest.mark.parametrize("name", ["flight.MP4", "a b.mov", "x.mkv"])
def test_a_video_is_refused_with_the_command_that_takes_frames_out(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(100))
    with pytest.raises(ImageError, match=f'ffmpeg -i "{name}" -vf fps=1') as caught:
        read(path)
    assert caught.value.kind == "unsupported"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with a name")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageError, match="not a regular file"):
        read(tmp_path / "pipe.jpg")


def test_a_file_larger_than_any_photo_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(ImageError) as caught:
        read(path, max_megapixels=10)
    assert caught.value.kind == "too_large"


def test_read_names_the_photo_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "ä b\n.jpg"
    path.write_bytes(encode(noise()))
    assert read(path).path == str(path)
    assert read(path, "site/a.jpg").path == "site/a.jpg"


def test_arrays_become_photos() -> None:
    grey = noise()[..., 0]
    for pixels in (noise(), grey, grey[..., None], np.dstack([noise(), grey])):
        assert from_array(pixels).pixels.shape == (64, 96, 3)
    for wrong in (noise().astype(float), noise()[..., :2], np.zeros((2, 64, 64, 3), np.uint8)):
        with pytest.raises(ImageError, match="Received"):
            from_array(wrong)
    with pytest.raises(ImageError, match="at least 32"):
        from_array(noise(16, 64))
