"""Display of results: in the terminal, as an image, in a notebook."""

import io
import re
import sys
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from crackscope.commands import Outcome
from crackscope.errors import ImageError, UsageError
from crackscope.inspection.inspector import Inspector, load
from crackscope.types import Crack, Photo, PhotoError, PhotoResult
from support_pictures import grey_photo, noise

LEGEND = 360
"""Minimum width of the legend with the scale; the photo is narrower."""


@pytest.fixture(scope="module")
def scope(tiny_bundle: Path) -> Inspector:
    return load(tiny_bundle, "cpu", threads=1)


@pytest.fixture
def result(scope: Inspector, tmp_path: Path) -> PhotoResult:
    return scope.inspect(grey_photo(tmp_path / "a <b>.png", 25, 320, 240))


def test_what_people_meet_has_a_short_repr(scope: Inspector, result: PhotoResult) -> None:
    assert "crack, score 0.902, 1 region, 320 × 240 px" in repr(result)
    assert "a <b>.png" in repr(result)
    line = np.column_stack([np.arange(300.0), np.full(300, 9.0), np.ones(300)])
    crack = Crack.of(1, 0.9, [line], 320, 240)
    many = replace(result, path="x" * 5000, regions=(), cracks=(crack,))
    failed = PhotoResult("a.jpg", "", 0.0, error=PhotoError("truncated", "y" * 5000))
    photo = Photo("a", noise(64, 64), exif=b"z" * 9999)
    outcome = Outcome("text\n" * 999, Path("runs"), [result.to_dict()] * 99)
    for thing in (result, many, crack, failed, photo, outcome, scope):
        assert len(repr(thing)) < 250, thing
        assert type(thing).__name__ in repr(thing)
    assert "failed, truncated" in repr(failed)
    assert str(outcome) == outcome.text


def test_plot_is_the_photo_with_what_was_found(result: PhotoResult) -> None:
    image = result.plot()
    assert (image.mode, image.width) == ("RGB", LEGEND)
    assert image.height > 240, "the legend is below"
    colours = np.asarray(image)[:240, :320]
    assert colours.max() - colours.min() > 200, "the region's outline is drawn on a dark photo"
    assert result.plot(long_side=160).width == LEGEND


@pytest.mark.parametrize("form", ["array", "image", "photo"])
def test_what_was_no_file_can_be_shown_too(scope: Inspector, form: str) -> None:
    pixels = noise(100, 80)
    given = {"array": pixels, "image": Image.fromarray(pixels), "photo": Photo("a", pixels)}
    assert scope.inspect(given[form]).plot().width >= 100  # type: ignore[call-overload]


@pytest.mark.parametrize(("name", "kind"), [("a.jpg", "JPEG"), ("b/c.png", "PNG")])
def test_save_writes_by_the_ending(
    result: PhotoResult, tmp_path: Path, name: str, kind: str
) -> None:
    path = result.save(tmp_path / name)
    with Image.open(path) as image:
        assert (image.format, image.size) == (kind, result.plot().size)
    assert result.save(str(tmp_path / name), long_side=100) == path
    with Image.open(path) as image:
        assert image.height < result.plot().height / 2


def test_an_unknown_ending_is_refused(result: PhotoResult, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must be one of: \.jpg.*a\.xyz"):
        result.save(tmp_path / "a.xyz")
    assert not (tmp_path / "a.xyz").exists()


def test_show_opens_a_viewer(result: PhotoResult, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(Image.Image, "show", lambda image: shown.append(image.size))
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    result.show()
    assert shown == [result.plot().size]


def test_show_stays_in_a_notebook(result: PhotoResult, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    display = ModuleType("IPython.display")
    display.display = shown.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    result.show()
    assert [image.size for image in shown] == [result.plot().size]


def test_a_notebook_shows_picture_and_caption(result: PhotoResult) -> None:
    page = result._repr_html_()
    found = re.search(r'src="data:image/jpeg;base64,([^"]+)"', page)
    assert found is not None
    assert Image.open(io.BytesIO(b64decode(found[1]))).width == LEGEND
    assert "a &lt;b&gt;.png" in page
    assert "a <b>.png" not in page
    assert "crack, score 0.902" in page


def test_a_result_without_its_photo_says_so(result: PhotoResult, tmp_path: Path) -> None:
    read = PhotoResult.from_dict(result.to_dict())
    assert read == result, "the picture is no part of the value"
    assert "crack, score" in read._repr_html_()
    with pytest.raises(UsageError, match="has no image"):
        read.plot()
    Image.new("L", (99, 99)).save(result.path)
    with pytest.raises(UsageError, match="has changed since the inspection"):
        result.plot()
    Path(result.path).unlink()
    with pytest.raises(ImageError):
        result.save(tmp_path / "a.jpg")
