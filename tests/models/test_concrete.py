"""The flag of photos that show no concrete: its arithmetic, its file, and where it shows."""

import shutil

import numpy as np
import pytest

from crackscope.errors import BundleError
from crackscope.inspection.inspector import load
from crackscope.models import bundle, concrete
from crackscope.models.appearance import COUNT, statistics
from crackscope.models.concrete import Concrete
from crackscope.synthesis import scene
from crackscope.types import Photo, PhotoResult, ScoreMap
from support_models import WINDOW

BLACK = np.zeros((WINDOW, WINDOW, 3), np.uint8)


def photo(rows: int = 1, columns: int = 1, tone: int = 0) -> Photo:
    return Photo("a", np.full((rows * WINDOW, columns * WINDOW, 3), tone, np.uint8))


def write(tiny_bundle, folder, **arrays):
    shutil.copytree(tiny_bundle, folder)
    np.savez_compressed(folder / bundle.SURFACE, **arrays)
    bundle.seal(folder)
    return folder


@pytest.fixture(scope="module")
def scope(tiny_bundle, tmp_path_factory):
    """Takes what is black for concrete."""
    known = Concrete(statistics(BLACK[None])[0], np.eye(COUNT))
    folder = tmp_path_factory.mktemp("models") / "known"
    return load(write(tiny_bundle, folder, **known.to_arrays()), "cpu", threads=1)


def test_distance_is_that_of_mahalanobis_in_units_of_the_limit():
    rng = np.random.default_rng(0)
    covariance = np.cov(rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4)), rowvar=False)
    spread, axes = np.linalg.eigh(covariance)
    known = Concrete(np.arange(4.0), axes / np.sqrt(spread), limit=2.0)
    values = rng.normal(size=(9, 4))
    centred = values - np.arange(4.0)
    expected = np.einsum("nf,fg,ng->n", centred, np.linalg.inv(covariance), centred) / 2
    assert known.mahalanobis(values) == pytest.approx(expected)


@pytest.mark.parametrize("limit", [None, 9.0])
@pytest.mark.parametrize(("distance", "material"), [(0.99, "concrete"), (1.01, "other")])
def test_what_is_stranger_than_the_limit_is_flagged(distance, material, limit):
    """The squared distance of the only window, in units of the limit: 1 unless the bundle says."""
    told = {} if limit is None else {"limit": limit}
    whitening = np.zeros((COUNT, COUNT))
    seen = photo(tone=100)
    whitening[0, 0] = np.sqrt(distance * (limit or 1.0))
    known = Concrete(statistics(seen.pixels[None])[0] - np.eye(COUNT)[0], whitening, **told)
    whole = ScoreMap(np.zeros((1, 1)), np.array([0]), np.array([0]), WINDOW, WINDOW)
    assert known.of_photos([seen], [whole]) == pytest.approx([distance])
    assert known.judge([seen], [whole]) == [material]


def test_a_photo_is_flagged_by_the_median_of_its_windows(scope):
    seen = photo(3, 3)
    assert scope.inspect(seen).material == "concrete"
    seen.pixels[: 2 * WINDOW] = 255
    assert scope.inspect(seen).material == "other"
    seen.pixels[WINDOW:] = 0
    assert scope.inspect(seen).material == "concrete"


def test_the_flag_changes_nothing_else(scope, tiny_bundle):
    plain = load(tiny_bundle, "cpu", threads=1)
    for seen in (photo(2, 3, tone=10), photo(tone=250)):
        flagged, without = scope.inspect(seen), plain.inspect(seen)
        assert without.material is None
        assert flagged.material == "other"
        for name in ("verdict", "score", "regions", "threshold"):
            assert getattr(flagged, name) == getattr(without, name)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9, 13, 400])
def test_windows_looked_at_are_few_and_spread(count):
    places = concrete._spread(count)
    assert len(set(places)) == len(places) == min(count, 4)
    assert abs(min(places) + max(places) - (count - 1)) <= 1
    assert 0 <= min(places) <= max(places) < count


@pytest.mark.parametrize(
    "arrays",
    [
        {"mean": np.zeros(COUNT)},
        {"mean": np.zeros(3), "whitening": np.eye(3), "limit": np.ones(())},
        {"mean": np.array([{}]), "whitening": np.eye(COUNT), "limit": np.ones(())},
    ],
)
def test_a_surface_file_that_is_none_is_named(tiny_bundle, tmp_path, arrays):
    folder = write(tiny_bundle, tmp_path / "odd", **arrays)
    with pytest.raises(BundleError, match=r"surface\.npz cannot be read"):
        load(folder, "cpu")


def test_results_without_the_flag_are_still_read(scope):
    result = scope.inspect(photo(tone=255))
    line = result.to_dict()
    assert line["surface"] == "other"
    assert PhotoResult.from_dict(line) == result
    del line["surface"]  # as an older version wrote it
    assert PhotoResult.from_dict(line).material is None


@pytest.mark.parametrize("shape", [(32, 32), (227, 227), (33, 283)])
def test_statistics_of_any_window_are_finite(shape):
    windows = [np.full((*shape, 3), tone, np.uint8) for tone in (0, 128, 255)]
    windows.append(np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8))
    values = statistics(np.stack(windows))
    assert values.shape == (4, COUNT)
    assert np.isfinite(values).all()


def test_windows_of_several_sizes_are_each_described_as_alone(monkeypatch):
    monkeypatch.setattr(concrete, "_BATCH", 2)
    rng = np.random.default_rng(2)
    shapes = [(40, 40), (40, 50), (40, 40), (40, 40), (40, 50)]
    windows = [rng.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in shapes]
    alone = [statistics(window[None])[0] for window in windows]
    assert concrete.of_windows(windows) == pytest.approx(np.array(alone))


def test_statistics_follow_the_light_not_the_side_it_comes_from():
    patch = scene.draw_patch(1, 96, 3).pixels
    base, mirrored, dark = statistics(np.stack([patch, patch[::-1], patch // 2]))
    assert mirrored[:6] == pytest.approx(base[:6], rel=0.05, abs=0.5)
    assert dark[9] == pytest.approx(base[9] / 2, abs=1)
