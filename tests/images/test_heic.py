"""HEIC is read with the extra, and every kind of HEIF gets its own error."""

import importlib.metadata
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import AvifImagePlugin, Image, features

from crackscope.errors import ImageError
from crackscope.images.formats import boxes
from crackscope.images.read import decode
from crackscope.images.signature import format_of
from support_heic import CODED, heic
from support_pictures import encode, noise
from support_reading import refusal
from support_tiff import LONG, SHORT, Writer

AVIF = encode(noise(), "AVIF")


def _exif() -> bytes:
    exif = Image.Exif()
    exif[271], exif[272], exif[0x0112] = "Maker", "Maker One", 6
    return exif.tobytes()


@pytest.mark.parametrize("turns", range(4))
def test_heic_is_read_and_turned_upright_once(turns: int) -> None:
    photo = decode(heic(turns=turns, exif=_exif()), "photo")
    expected = np.rot90(noise(), turns).astype(int)
    assert photo.pixels.shape == expected.shape
    assert np.abs(photo.pixels - expected).mean() < 25
    assert photo.metadata is not None
    assert photo.metadata.camera == "Maker One"


def test_heic_is_read_by_its_older_decoder_where_that_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both have the same functions."""
    decoder = importlib.import_module("pi_heif")
    expected = decode(heic(), "photo").pixels
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    monkeypatch.setitem(sys.modules, "pillow_heif", decoder)
    np.testing.assert_array_equal(decode(heic(), "photo").pixels, expected)


def test_heic_above_the_limit_is_refused_before_it_is_decoded() -> None:
    damaged = heic(CODED[:50] + bytes(len(CODED) - 50))
    with pytest.raises(ImageError, match="megapixels") as caught:
        decode(damaged, "photo", 0.006)
    assert caught.value.kind == "too_large"
    assert decode(heic(), "photo", 0.0062).width == 96


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1", b"msf1"])
def test_heic_is_known_by_its_codec(brand: bytes) -> None:
    assert format_of(heic(brand=brand, others=b"mif1miaf")) == "HEIC"
    assert decode(heic(brand=brand, others=b"mif1heic"), "photo").width == 96


@settings(max_examples=40, deadline=None)
@given(length=st.integers(32, len(CODED)))
def test_heic_that_ends_in_zeros_is_refused(length: int) -> None:
    content = heic()
    error = refusal(content[:-length] + bytes(length))
    assert error.kind == "truncated"
    with_exif = heic(CODED[:-length] + bytes(length), exif=_exif())
    assert "interrupted copy" in str(refusal(with_exif))


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0.1, 0.99))
def test_heic_that_is_cut_off_is_refused(share: float) -> None:
    content = heic()
    assert refusal(content[: int(len(content) * share)]).kind in ("truncated", "unreadable")


@pytest.mark.parametrize("brand", [b"mif1", b"avif", b"msf1"])
def test_avif_is_read_as_avif_whatever_it_calls_itself(
    brand: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pi_heif", "pillow_heif"):
        monkeypatch.setitem(sys.modules, name, None)
    content = AVIF
    for other in (b"avif", b"miaf"):
        named = content[:8] + brand + content[12:].replace(b"avif", other, 1)
        assert format_of(named) == "AVIF"
        expected = decode(content, "photo").pixels
        np.testing.assert_array_equal(decode(named, "photo").pixels, expected)


def test_damaged_avif_is_not_called_heic() -> None:
    named = AVIF[:8] + b"mif1" + AVIF[12:]
    for damaged in (named[: len(named) // 2], named[:60], named[:-40] + bytes(40)):
        assert "HEIC" not in str(refusal(damaged))


@pytest.mark.parametrize("brand", [b"avif", b"mif1"])
def test_heif_whose_head_turned_to_zeros_is_called_damaged(brand: bytes) -> None:
    named = AVIF[:8] + brand + AVIF[12:]
    for begin in range(40, 400, 10):
        assert refusal(named[:begin] + bytes(len(named) - begin)).kind in (
            "truncated",
            "unreadable",
        )


def test_heif_of_another_codec_is_named_with_it() -> None:
    error = refusal(heic(brand=b"mif1", others=b"mif1miaf", codec=b"vvc1"))
    assert error.kind == "unsupported"
    assert "codec vvc1" in str(error)
    assert "pip install" not in str(error)


def test_without_the_extra_the_line_that_installs_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("pi_heif", "pillow_heif"):
        monkeypatch.setitem(sys.modules, name, None)
    error = refusal(heic())
    assert error.kind == "unsupported"
    assert 'pip install "crackscope[heic]"' in str(error)
    assert "convert the photo to JPEG" in str(error)


def test_the_extra_is_one_that_the_package_has() -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert 'heic = ["pi-heif' in project
    assert (
        "pi-heif==" + importlib.metadata.version("pi-heif")
        in (Path(__file__).parents[2] / "constraints.txt").read_text()
    )


@pytest.mark.parametrize("name", ["libheif", "libde265", "Lesser General Public"])
def test_the_licences_of_its_libraries_are_said(name: str) -> None:
    assert name in (Path(__file__).parents[2] / "NOTICE").read_text()


def test_a_pillow_without_avif_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AvifImagePlugin, "SUPPORTED", False)
    monkeypatch.setattr(features, "check", lambda part: part != "avif")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        error = refusal(AVIF)
    assert error.kind == "unsupported"
    assert "built without AVIF" in str(error)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damaged_boxes_end(data: st.DataObject) -> None:
    content = bytearray(heic(exif=_exif()))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, 400))] = data.draw(st.integers(0, 255))
    assert len(boxes.picture_extents(bytes(content))) <= len(content)
    format_of(bytes(content))


def _ycbcr(ratio: tuple[int, int] | None, compression: int = 1) -> bytes:
    """An uncompressed TIFF of 64 x 64 px in YCbCr."""
    across, down = ratio or (2, 2)
    data = np.full(64 * 64 + 2 * (64 // across) * (64 // down), 128, np.uint8).tobytes()
    writer = Writer()
    place = writer.data(data)
    numbers = {256: 64, 257: 64, 273: place, 278: 64, 279: len(data)}
    short = {259: compression, 262: 6, 277: 3, 284: 1}
    tags = [(tag, LONG, [value]) for tag, value in numbers.items()]
    tags += [(tag, SHORT, [value]) for tag, value in short.items()]
    tags += [(258, SHORT, [8, 8, 8])] + ([(530, SHORT, list(ratio))] if ratio else [])
    return writer.finish(writer.directory(tags))


@pytest.mark.parametrize("ratio", [(2, 2), (2, 1), (4, 1), None])
def test_uncompressed_subsampled_ycbcr_is_named(ratio: tuple[int, int] | None) -> None:
    error = refusal(_ycbcr(ratio))
    assert error.kind == "unsupported"
    assert "YCbCr" in str(error)
    assert "cut off" not in str(error)


def test_whole_ycbcr_is_read() -> None:
    assert np.ptp(decode(_ycbcr((1, 1)), "photo").pixels) == 0
