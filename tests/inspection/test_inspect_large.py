"""Photos read in blocks: the same results as when decoded whole, in little memory."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import crackscope
from crackscope.images import large
from crackscope.images.read import decode as read_content
from crackscope.images.read import read
from crackscope.inspection.engines import local
from crackscope.inspection.inspector import Inspector, load
from crackscope.models.appearance import COUNT
from crackscope.models.concrete import Concrete, Normal
from crackscope.rendering import overlay, thumbnail
from crackscope.types import Photo, PhotoResult, ScoreMap
from support_models import WINDOW
from support_pictures import encode, noise

WIDTH, HEIGHT = 13 * WINDOW + 5, 11 * WINDOW + 3


@pytest.fixture(params=["tiny_bundle", "convolutional_bundle"])
def model(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue(request.param)
    return folder


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "WHOLE_MEGAPIXELS", 0.1)


def photo_file(folder: Path, kind: str) -> Path:
    pixels = noise(WIDTH, HEIGHT) // 4 + 190
    pixels[3 * WINDOW : 5 * WINDOW, 6 * WINDOW : 9 * WINDOW] = 10
    file = folder / f"a.{kind.lower()}"
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    file.write_bytes(encode(pixels, kind, **options))
    return file


def with_surface(model: Path) -> Inspector:
    """So that windows are also judged by their own pixels."""
    concrete = Concrete(Normal(np.zeros(COUNT), np.eye(COUNT)), 1e4)
    return replace(load(model, "cpu", threads=1), concrete=concrete)


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_a_photo_in_parts_has_the_result_of_the_whole(
    model: Path, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope, file = with_surface(model), photo_file(tmp_path, kind)
    whole = scope.inspect(file)
    monkeypatch.setattr(large, "WHOLE_MEGAPIXELS", 0.1)
    with large.opened(file) as photo:
        assert photo is not None
        found = scope.score_large(photo)
        assert scope.concrete is not None
        strangeness = scope.concrete.of_photos([photo.photo], [found.windows])
    assert strangeness == scope.concrete.of_photos([read(file)], [found.windows])
    parts = scope.inspect(file)
    assert whole.verdict == "crack"
    assert replace(parts, seconds=0.0) == replace(whole, seconds=0.0)


@pytest.mark.usefixtures("in_parts")
def test_a_command_reads_large_files_in_parts_and_refuses_the_rest(
    model: Path, tmp_path: Path
) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    site.mkdir()
    for kind in ("TIFF", "PNG", "JPEG"):
        photo_file(site, kind)
    outcome = crackscope.inspect(
        site, model=str(model), out=out, report="csv", max_megapixels=0.2, workers=2
    )
    jpeg, png, tiff = outcome.data
    assert (jpeg["status"], png["status"], tiff["status"]) == ("failed", "ok", "ok")
    assert jpeg["error"]["kind"] == "too_large"
    assert "TIFF in strips" in jpeg["error"]["message"]
    assert png["score"] == tiff["score"]
    assert (png["width"], png["height"], png["verdict"]) == (WIDTH, HEIGHT, "crack")
    for folder in ("overlays", "thumbnails"):
        width, height = thumbnail.size_of((out / folder / "a.tiff.jpg").read_bytes())
        assert max(width, height) > 300
    assert json.loads((out / "errors.jsonl").read_text())["path"] == jpeg["path"]


def test_the_overlay_of_a_reduced_copy_shows_the_same_place() -> None:
    found = ScoreMap.even(np.zeros((4, 4)), 1, 4000, 2000)
    found.scores[1, 2] = 1.0
    result = PhotoResult("a", "m", 0.0, "crack", 1.0, 0.5, 4000, 2000)
    pixels = np.full((2000, 4000, 3), 128, np.uint8)
    whole = overlay.draw(Photo("a", pixels), found, result)
    reduced = overlay.draw(Photo("a", np.ascontiguousarray(pixels[::2, ::2])), found, result)
    np.testing.assert_array_equal(whole, reduced)


_PEAK = """
import resource, sys
from pathlib import Path
import crackscope
out = Path(sys.argv[3])
data = crackscope.inspect(sys.argv[2], model=sys.argv[1], out=out, report="csv", workers=1,
                          max_megapixels=10).data
assert data[0]["status"] == "ok", data
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_mb(model: Path, photo: Path) -> float:
    """Peak memory of a separate process that inspects a photo."""
    pytest.importorskip("resource")
    arguments = [str(model), str(photo), str(photo.with_suffix(".out"))]
    ran = subprocess.run(
        [sys.executable, "-c", _PEAK, *arguments], capture_output=True, text=True, check=True
    )
    return float(ran.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


def test_memory_does_not_grow_with_the_photo(convolutional_bundle: Path, tmp_path: Path) -> None:
    peaks = []
    for side in (3500, 7000):  # 12 and 49 megapixels
        file = tmp_path / f"{side}.tif"
        Image.fromarray(np.full((side, side), 200, np.uint8)).save(file)
        peaks.append(peak_mb(convolutional_bundle, file))
    assert peaks[1] - peaks[0] < 50  # decoded whole, it would be 110 MB more


def test_large_photos_are_decoded_one_at_a_time(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, most = [0], [0]

    def watched(content: bytes, *arguments: Any) -> Photo:
        busy[0] += 1
        most[0] = max(most[0], busy[0])
        time.sleep(0.02)
        busy[0] -= 1
        return read_content(content, *arguments)

    for index in range(6):
        (tmp_path / f"{index}.jpg").write_bytes(encode(noise(1500, 1200, seed=index), "JPEG"))
    monkeypatch.setattr(local, "decode", watched)
    monkeypatch.setattr(local, "WHOLE_MEGAPIXELS", 1.0)
    monkeypatch.setattr(large, "WHOLE_MEGAPIXELS", 1.0)
    outcome = crackscope.inspect(
        tmp_path, model=str(tiny_bundle), out=tmp_path / "out", report="csv", workers=3
    )
    assert {result["status"] for result in outcome.data} == {"ok"}
    assert most == [1]
