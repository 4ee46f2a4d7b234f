import time
from collections.abc import Generator
from pathlib import Path
from threading import Event

import numpy as np
import pytest

import crackscope
from crackscope.errors import ImageError
from crackscope.inspection.engines import local
from crackscope.inspection.engines.local import inspect_all
from crackscope.inspection.find import find
from crackscope.inspection.inspected import Inspected
from crackscope.inspection.inspector import Inspector, load
from crackscope.inspection.settings import InspectSettings
from crackscope.types import Photo, PhotoResult
from support_models import WINDOW
from support_pictures import encode, grey_photo, noise


@pytest.fixture(scope="module")
def scope(tiny_bundle: Path) -> Inspector:
    return load(tiny_bundle, "cpu", threads=1)


def run(scope: Inspector, folder: Path, **settings: object) -> list[PhotoResult]:
    return [one.result for one in walk(scope, folder, **settings)]


def walk(scope: Inspector, folder: Path, **settings: object) -> Generator[Inspected, None, None]:
    photos = find([str(folder)]).photos
    return inspect_all(scope, photos, InspectSettings(**{"workers": 2} | settings), Event())


def test_a_photo_in_a_verdict_out(scope: Inspector, tmp_path: Path) -> None:
    result = scope.inspect(grey_photo(tmp_path / "dark.png", 25, 128, 64))
    assert result.verdict == "crack"
    assert result.score == pytest.approx(1 - 25 / 255, abs=1e-6)
    assert (result.width, result.height, result.threshold) == (128, 64, 0.6)
    assert [region.box.to_list() for region in result.regions] == [[0, 0, 128, 64]]
    assert result.model == scope.bundle.identity


def test_path_text_array_and_photo_agree(scope: Inspector, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encode(noise(200, 150), "PNG"))
    forms = (path, str(path), noise(200, 150), Photo("a", noise(200, 150)))
    assert len({scope.inspect(form).score for form in forms}) == 1


def test_the_threshold_sets_the_upper_one(scope: Inspector, tmp_path: Path) -> None:
    photo = grey_photo(tmp_path / "a.png", 127)
    assert scope.inspect(photo).verdict == "unsure"
    assert scope.inspect(photo, threshold=0.5).verdict == "crack"
    assert scope.inspect(photo, threshold=0.5).threshold == 0.5


def test_the_odds_of_a_photo_are_those_of_its_windows_in_squares_of_four(scope: Inspector) -> None:
    pixels = np.full((4 * WINDOW, 5 * WINDOW, 3), 250, np.uint8)
    pixels[WINDOW : 2 * WINDOW, 2 * WINDOW : 3 * WINDOW] = 10
    found = scope.score_map(Photo("a", pixels))
    assert found.scores.shape == (4, 5)
    assert np.argmax(found.scores) == 1 * 5 + 2
    result = scope.inspect(pixels)
    odds = found.scores.max() / (1.0 - found.scores.max()) / 4  # in each square that holds it
    odds *= (4 / 12) ** 0.5  # 4 squares of 12 do
    assert result.score == pytest.approx(odds / (1 + odds), abs=0.01)
    assert result.verdict == "crack"
    assert result.regions[0].box.to_list() == [128, 64, 192, 128]


def test_a_crack_at_the_last_pixels_is_seen(scope: Inspector) -> None:
    pixels = np.full((WINDOW * 2 + 3, WINDOW * 3 + 5, 3), 255, np.uint8)
    pixels[-WINDOW:, -WINDOW:] = 0
    assert scope.inspect(pixels).score == pytest.approx(1.0, abs=1e-6)


def test_scores_do_not_depend_on_company(scope: Inspector) -> None:
    sizes = [(64, 64), (70, 64), (64, 64), (300, 200), (64, 64), (40, 33), (64, 64)]
    photos = [Photo(str(i), noise(w, h, seed=i)) for i, (w, h) in enumerate(sizes)]
    together = scope.score_all(photos)
    for photo, found in zip(photos, together, strict=True):
        alone = scope.score_map(photo)
        assert alone.box(0, 0) == found.windows.box(0, 0)
        np.testing.assert_allclose(alone.scores, found.windows.scores, rtol=0, atol=1e-6)
    assert scope.score_all([]) == []


def test_an_unreadable_photo_raises_from_python(scope: Inspector, tmp_path: Path) -> None:
    with pytest.raises(ImageError) as caught:
        scope.inspect(tmp_path / "gone.jpg")
    assert caught.value.kind == "not_found"


def test_the_public_name_loads_a_bundle(tiny_bundle: Path) -> None:
    assert crackscope.load(tiny_bundle).bundle.name == "darkness"


@pytest.mark.parametrize("workers", [1, 3])
def test_a_batch_keeps_the_order_and_names_the_broken(
    scope: Inspector, tmp_path: Path, workers: int
) -> None:
    for index in range(30):
        if index % 7 == 3:
            (tmp_path / f"{index:02}.jpg").write_bytes(b"")
        else:
            size = 64 if index % 2 else 300
            grey_photo(tmp_path / f"{index:02}.png", 8 * index, size, size)
    results = run(scope, tmp_path, workers=workers)
    assert [Path(result.path).stem for result in results] == [f"{i:02}" for i in range(30)]
    for index, result in enumerate(results):
        if index % 7 == 3:
            assert result.error is not None
            assert result.error.kind == "empty"
        else:
            assert result.score == pytest.approx(1 - 8 * index / 255, abs=1e-6)


def test_a_batch_gives_the_scores_of_single_photos(scope: Inspector, tmp_path: Path) -> None:
    for index in range(12):
        photo = noise(64 + 20 * (index % 3), 64, seed=index)
        (tmp_path / f"{index:02}.jpg").write_bytes(encode(photo))
    for result in run(scope, tmp_path):
        alone = scope.inspect(Path(result.path))
        assert result.score == pytest.approx(alone.score, abs=1e-6)


def test_each_scored_photo_comes_with_its_windows_and_the_pictures_that_were_asked_for(
    scope: Inspector, tmp_path: Path
) -> None:
    for index in range(4):
        side = 64 * (1 + index % 2)
        grey_photo(tmp_path / f"{index}.png", 100, side, side)
    (tmp_path / "4.png").write_bytes(b"")
    *scored, failed = walk(scope, tmp_path, masks=True)
    assert (failed.windows, failed.pictures) == (None, None)
    for one in scored:
        assert one.windows is not None
        assert one.windows.scores.max() == pytest.approx(one.result.score)
        assert one.pictures is not None
        files = one.pictures.overlay, one.pictures.thumbnail, one.pictures.mask
        assert [file[:2] for file in files] == [b"\xff\xd8", b"\xff\xd8", b"\x89P"]
    assert [one.pictures for one in walk(scope, tmp_path, overlay=None)] == [None] * 5
    plain = next(walk(scope, tmp_path)).pictures
    assert plain is not None
    assert plain.mask is None


def test_a_fault_in_drawing_ends_the_batch(
    scope: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(20):
        grey_photo(tmp_path / f"{index:02}.png", 100)

    def full(photo: Photo, *_: object) -> None:
        if photo.path.endswith("05.png"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(local, "draw", full)
    with pytest.raises(OSError, match="No space left"):
        run(scope, tmp_path)


def test_a_batch_runs_only_a_little_ahead(
    scope: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(200):
        grey_photo(tmp_path / f"{index:03}.png", 100, 64, 64)
    drawn: list[str] = []
    monkeypatch.setattr(local, "draw", lambda photo, *_: drawn.append(photo.path))
    results = walk(scope, tmp_path)
    next(results)
    time.sleep(0.5)  # long enough for all, if they did not wait
    waiting = len(drawn)
    results.close()
    assert waiting < 60
