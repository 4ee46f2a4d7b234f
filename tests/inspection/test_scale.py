"""The working scale, and millimetres, with a network that runs on whole photos."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import crackscope
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.errors import UsageError
from crackscope.inspection.inspector import Inspector, load
from crackscope.inspection.settings import MeasureSettings
from crackscope.types import Box, Photo, Region
from support_models import WINDOW
from support_pictures import encode, noise


@pytest.fixture(scope="module")
def scope(convolutional_bundle: Path) -> Inspector:
    return load(convolutional_bundle, "cpu", threads=1)


def dark_square(side: int, at: int, width: int) -> Photo:
    pixels = np.full((width, width, 3), 250, np.uint8)
    pixels[at : at + side, at : at + side] = 5
    return Photo("a", pixels)


def test_a_map_through_onnx_runtime_scores_its_windows_as_patches(scope: Inspector) -> None:
    photo = Photo("a", noise(5 * WINDOW, 3 * WINDOW))
    found = scope.score_map(photo)
    assert found.window_stride == 4
    for row, column in ((0, 0), (4, 3), (8, 16)):
        box = found.box(row, column)
        alone = scope.inspect(photo.pixels[box.y0 : box.y1, box.x0 : box.x1])
        assert found.scores[row, column] == pytest.approx(alone.score, abs=1e-2)


def test_scale_finds_what_is_smaller_than_a_window(
    scope: Inspector, convolutional_bundle: Path
) -> None:
    photo = dark_square(WINDOW // 2, 3 * WINDOW, 8 * WINDOW)
    plain, enlarged = scope.inspect(photo), load(convolutional_bundle, scale=2.0).inspect(photo)
    assert plain.score is not None
    assert plain.score < 0.3
    assert enlarged.regions[0].score == pytest.approx(0.997, abs=2e-3)
    box = enlarged.regions[0].box
    assert abs(box.x0 - photo.width * 3 / 8) <= WINDOW
    assert enlarged.width == photo.width


def test_a_model_without_cells_refuses_a_scale(tiny_bundle: Path) -> None:
    with pytest.raises(UsageError, match=r"scale must be 1 .* no cells\.npz.*Received: 2"):
        load(tiny_bundle, scale=2.0)
    assert load(tiny_bundle, scale=1.0).mapper is None


@pytest.mark.parametrize("scale", [0.09, 4.1, float("nan")])
def test_a_scale_out_of_range_is_refused(scale: float) -> None:
    with pytest.raises(UsageError, match=r"scale must be between 0\.1 and 4\. Received"):
        InspectConfig(("a.jpg",), scale=scale)


def test_millimetres_follow_from_the_ground_sampling_distance(scope: Inspector) -> None:
    photo = dark_square(3 * WINDOW, 2 * WINDOW, 8 * WINDOW)
    (plain,) = scope.inspect(photo).regions
    measuring = MeasureSettings(mm_per_px=0.5).prepared()
    (measured,) = replace(scope, measuring=measuring).inspect(photo).regions
    assert plain.area_px is not None
    assert plain.length_px is not None
    assert measured == replace(plain, area_mm2=plain.area_px / 4, length_mm=plain.length_px / 2)
    assert {"area_mm2", "length_mm"}.isdisjoint(plain.to_dict())
    assert Region.from_dict(measured.to_dict()) == measured


def test_what_was_not_measured_stays_unknown_in_mm() -> None:
    assert Region(1, Box(0, 0, 9, 9), 0.5).in_mm(2.0) == Region(1, Box(0, 0, 9, 9), 0.5)


def test_both_decide_whether_a_run_goes_on(convolutional_bundle: Path, tmp_path: Path) -> None:
    settings = {"model": str(convolutional_bundle), "out": tmp_path / "out", "report": "csv"}
    photo = tmp_path / "a.png"
    photo.write_bytes(encode(noise(200, 150), "PNG"))
    crackscope.inspect(photo, **settings, scale=2.0)
    for other in ({"scale": 1.0}, {"scale": 2.0, "mm_per_px": 0.5}):
        with pytest.raises(UsageError, match="other settings"):
            crackscope.inspect(photo, **settings, **other)
