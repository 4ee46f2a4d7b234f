"""The flag of photos that show no concrete: its arithmetic, its file, and where it shows."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from crackscope.errors import BundleError
from crackscope.inspection.inspector import load
from crackscope.models import bundle, concrete
from crackscope.models.appearance import COUNT, FEWER, robust, statistics
from crackscope.models.concrete import Concrete, Normal
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
    known = Concrete(Normal(statistics(BLACK[None])[0], np.eye(COUNT)))
    folder = tmp_path_factory.mktemp("models") / "known"
    return load(write(tiny_bundle, folder, **known.to_arrays()), "cpu", threads=1)


def test_the_score_is_the_squared_distance_of_mahalanobis():
    rng = np.random.default_rng(0)
    covariance = np.cov(rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4)), rowvar=False)
    spread, axes = np.linalg.eigh(covariance)
    known = Concrete(Normal(np.arange(4.0), axes / np.sqrt(spread)))
    values = rng.normal(size=(9, 4))
    centred = values - np.arange(4.0)
    expected = np.einsum("nf,fg,ng->n", centred, np.linalg.inv(covariance), centred)
    assert known.scores(values) == pytest.approx(expected)


@pytest.mark.parametrize("limit", [None, 9.0])
@pytest.mark.parametrize(("distance", "material"), [(0.99, "concrete"), (1.01, "other")])
def test_what_is_stranger_than_the_limit_is_flagged(distance, material, limit):
    """The squared distance of the only window, in units of the limit: 1 unless the bundle says."""
    told = {} if limit is None else {"limit": limit}
    whitening = np.zeros((COUNT, COUNT))
    seen = photo(tone=100)
    whitening[0, 0] = np.sqrt(distance * (limit or 1.0))
    known = Concrete(Normal(statistics(seen.pixels[None])[0] - np.eye(COUNT)[0], whitening), **told)
    whole = ScoreMap(np.zeros((1, 1)), np.array([0]), np.array([0]), WINDOW, WINDOW)
    assert known.of_photos([seen], [whole]) == pytest.approx([distance * known.limit])
    assert known.judge([seen], [whole]) == [material]


def coloured(red: int) -> np.ndarray:
    """A window of one colour, with a fleck: without any, it would show no surface."""
    window = np.full((WINDOW, WINDOW, 3), (red, 90, 90), np.uint8)
    window[3, 3] = 80
    return window


@pytest.fixture(scope="module")
def contrast():
    """Takes what is grey for concrete, and what is red for another material."""
    grey, red = (Normal(robust(coloured(tone)[None])[0], np.eye(FEWER)) for tone in (90, 200))
    return Concrete(grey, other=red)


def test_log_odds_are_half_the_difference_of_both_distances(contrast):
    values = robust(np.stack([coloured(tone) for tone in (90, 140, 200)]))
    near, middle, far = contrast.scores(values)
    between = float(((contrast.concrete.mean - contrast.other.mean) ** 2).sum())
    assert (near, far) == pytest.approx((-between / 2, between / 2))
    assert near < middle < far


def test_the_nearer_of_two_materials_is_told(tiny_bundle, tmp_path, contrast):
    """The same photo is concrete where no other material is known to be nearer."""
    scope = load(write(tiny_bundle, tmp_path / "both", **contrast.to_arrays()), "cpu", threads=1)
    for red, material in ((90, "concrete"), (105, "concrete"), (190, "other"), (200, "other")):
        for repeats in (1, 3):
            pixels = np.tile(coloured(red), (repeats, repeats, 1))
            assert scope.inspect(Photo("a", pixels)).material == material


@pytest.mark.parametrize("tone", [0, 90, 255])
def test_a_photo_of_one_colour_shows_no_concrete(tiny_bundle, tmp_path, contrast, tone):
    """A covered lens is nearer to concrete than to brick, but it is not a sound wall."""
    grey = Normal(robust(photo(tone=tone).pixels[None])[0], np.eye(FEWER))
    known = replace(contrast, concrete=grey)
    scope = load(write(tiny_bundle, tmp_path / "both", **known.to_arrays()), "cpu", threads=1)
    for repeats in (1, 3):
        seen = photo(repeats, repeats, tone)
        assert scope.inspect(seen).material == "other"
        seen.pixels[:, ::8] ^= 1  # some texture, if only of the sensor
        assert scope.inspect(seen).material == "concrete"


@pytest.mark.parametrize(("limit", "material"), [(-3.0, "other"), (3.0, "concrete")])
def test_a_limit_of_log_odds_may_be_negative(contrast, limit, material):
    """Half way between both materials the odds are even."""
    known = replace(contrast, limit=limit, other=replace(contrast.other))
    between = (known.concrete.mean + known.other.mean) / 2
    assert known.scores([between]) == pytest.approx([0], abs=1e-9)
    assert Concrete.from_arrays(known.to_arrays()).limit == limit
    seen = replace(known, other=Normal(robust(coloured(140)[None])[0], known.other.whitening))
    photo = Photo("a", coloured(140))
    whole = ScoreMap(np.zeros((1, 1)), np.array([0]), np.array([0]), WINDOW, WINDOW)
    exact = float(seen.scores(robust(photo.pixels[None]))[0])
    assert replace(seen, limit=exact + limit).judge([photo], [whole]) == [material]


@pytest.mark.parametrize("other", [False, True])
def test_a_model_of_concrete_is_read_as_it_was_written(contrast, other):
    known = contrast if other else Concrete(Normal(np.arange(COUNT) / 7, np.eye(COUNT)), 2.5)
    again = Concrete.from_arrays(known.to_arrays())
    assert (again.other is None) is not other
    values = np.random.default_rng(0).normal(size=(5, len(known.concrete.mean)))
    assert again.scores(values).tolist() == known.scores(values).tolist()


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
    assert len(set(places)) == len(places) == min(count, 3)
    assert abs(min(places) + max(places) - (count - 1)) <= 1
    assert 0 <= min(places) <= max(places) < count


@pytest.mark.parametrize(
    "arrays",
    [
        {"mean": np.zeros(COUNT)},
        {"mean": np.zeros(3), "whitening": np.eye(3), "limit": np.ones(())},
        {"mean": np.array([{}]), "whitening": np.eye(COUNT), "limit": np.ones(())},
        {"mean": np.zeros(COUNT), "whitening": np.eye(COUNT), "limit": np.zeros(())},
        {"mean": np.zeros(COUNT), "whitening": np.eye(COUNT), "limit": np.array(np.nan)},
        {"mean": np.zeros(COUNT), "whitening": 1e300 * np.eye(COUNT), "limit": np.ones(())},
        {
            "mean": np.zeros(FEWER),
            "whitening": np.eye(FEWER),
            "limit": np.ones(()),
            "other_mean": np.zeros(FEWER),
        },
        {
            "mean": np.zeros(COUNT),
            "whitening": np.eye(COUNT),
            "limit": np.ones(()),
            "other_mean": np.zeros(COUNT),
            "other_whitening": np.eye(COUNT),
        },
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


@pytest.mark.parametrize(("describe", "count"), [(statistics, COUNT), (robust, FEWER)])
@pytest.mark.parametrize("shape", [(32, 32), (227, 227), (33, 283)])
def test_statistics_of_any_window_are_finite(shape, describe, count):
    windows = [np.full((*shape, 3), tone, np.uint8) for tone in (0, 128, 255)]
    windows.append(np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8))
    values = describe(np.stack(windows))
    assert values.shape == (4, count)
    assert np.isfinite(values).all()


@pytest.mark.parametrize("describe", [statistics, robust])
def test_windows_of_several_sizes_are_each_described_as_alone(monkeypatch, describe):
    monkeypatch.setattr(concrete, "_BATCH", 2)
    rng = np.random.default_rng(2)
    shapes = [(40, 40), (40, 50), (40, 40), (40, 40), (40, 50)]
    windows = [rng.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in shapes]
    alone = [describe(window[None])[0] for window in windows]
    assert concrete.of_windows(windows, describe) == pytest.approx(np.array(alone))


def test_statistics_follow_the_light_not_the_side_it_comes_from():
    patch = scene.draw_patch(1, 96, 3).pixels
    base, mirrored, dark = statistics(np.stack([patch, patch[::-1], patch // 2]))
    assert mirrored[:6] == pytest.approx(base[:6], rel=0.05, abs=0.5)
    assert dark[9] == pytest.approx(base[9] / 2, abs=1)


def test_robust_statistics_hardly_follow_the_brightness():
    """A fifth darker moves them less than other concrete does, on average: their rounding alone
    moves the colours of synthetic grains."""
    patches = np.stack([scene.draw_patch(0, 96, seed).pixels for seed in range(12)])
    base, dark = robust(patches), robust(np.rint(patches * 0.8).astype(np.uint8))
    assert (np.abs(dark - base).mean(axis=0) / base.std(axis=0)).mean() < 0.6
