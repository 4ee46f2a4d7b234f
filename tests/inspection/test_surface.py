"""The flag of photos that show no concrete: its arithmetic, its file, and where it shows."""

import dataclasses

import numpy as np
import pytest

from crackscope.data.synthesis import scene
from crackscope.errors import BundleError
from crackscope.inspection import surface
from crackscope.inspection.inspector import load
from crackscope.inspection.statistics import COUNT, statistics
from crackscope.inspection.surface import Cloud, Concrete
from crackscope.models import bundle
from crackscope.types import Photo, PhotoResult
from support_cross import FEATURES, write_feature_bundle
from support_models import WINDOW

ROUND = Cloud(np.zeros(3), np.eye(3)[:2], np.array([4.0, 1.0]), np.ones(3), rest=0.25, limit=2.0)


def grey(tone: int, rows: int = 1, columns: int = 1) -> Photo:
    return Photo("a", np.full((rows * WINDOW, columns * WINDOW, 3), tone, np.uint8))


def around_grey(width: int) -> Cloud:
    """Knows what is near nought."""
    return Cloud(np.zeros(width), np.eye(width)[:1], np.ones(1), np.ones(width), rest=1.0)


@pytest.fixture(scope="module")
def scope(tmp_path_factory):
    """Windows whose mean is far above 0 in light are strange to it."""
    folder = write_feature_bundle(tmp_path_factory.mktemp("models") / "known", named=True)
    known = Concrete(
        dataclasses.replace(around_grey(FEATURES), limit=FEATURES / 4),
        dataclasses.replace(around_grey(COUNT), limit=1.0, scale=np.full(COUNT, 1e-3)),
    )
    np.savez_compressed(folder / bundle.SURFACE, **known.to_arrays())
    bundle.seal(folder)
    return load(folder, "cpu", threads=1)


def test_distance_is_that_of_mahalanobis_with_one_variance_for_the_rest():
    values = np.array([[2.0, 0, 0], [0, 2.0, 0], [0, 0, 2.0], [2.0, 2.0, 2.0]])
    assert ROUND.strangeness(values) == pytest.approx(np.array([1, 4, 16, 21]) / 2)


def test_a_window_is_as_strange_as_both_sides_say_together():
    known = Concrete(ROUND, ROUND)
    assert known.strangeness([[2.0, 0, 0]], [[0, 0, 2.0]]) == pytest.approx([np.sqrt(0.5 * 8)])


def test_the_file_keeps_what_is_known(scope):
    again = Concrete(ROUND, around_grey(COUNT)).to_arrays()
    assert Cloud.from_arrays(again, "features").strangeness([[1, 1, 1]]) == pytest.approx(
        ROUND.strangeness([[1, 1, 1]]), rel=1e-3
    )
    assert all(array.dtype != object for array in again.values())
    assert scope.concrete is not None
    assert scope.concrete.width == FEATURES


def test_a_photo_is_flagged_by_the_median_of_its_windows(scope):
    photo = grey(0, 3, 3)
    assert scope.inspect(photo).surface == "concrete"
    photo.pixels[: 2 * WINDOW] = 255
    assert scope.inspect(photo).surface == "other"
    photo.pixels[WINDOW:] = 0
    assert scope.inspect(photo).surface == "concrete"


def test_the_flag_changes_nothing_else(scope, feature_bundle):
    plain = load(feature_bundle, "cpu", threads=1)
    for photo in (grey(10, 2, 3), grey(250)):
        flagged, without = scope.inspect(photo), plain.inspect(photo)
        assert without.surface is None
        assert flagged.surface is not None
        for name in ("verdict", "score", "regions", "threshold"):
            assert getattr(flagged, name) == getattr(without, name)


def test_scores_alone_carry_no_features(scope):
    (alone,) = scope.score_all([grey(100, 2, 2)])
    (looked,) = scope.score_all([grey(100, 2, 2)], look=True)
    assert alone.features is None
    assert looked.features.shape == (4, FEATURES)
    np.testing.assert_array_equal(alone.scores, looked.scores)
    with pytest.raises(ValueError, match="without features"):
        scope.concrete.of_photo(grey(100, 2, 2), alone)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 3), (4, 4), (3, 9), (13, 18)])
def test_windows_looked_at_are_few_and_spread(rows, columns):
    places = surface._spread(rows, columns)
    assert len(set(places)) == len(places) == min(rows, 4) * min(columns, 4)
    for side, count in ((np.array(places) // columns, rows), (np.array(places) % columns, columns)):
        assert abs(side.min() + side.max() - (count - 1)) <= 1
        assert side.min() >= 0
        assert side.max() < count


def test_a_surface_file_that_is_none_is_named(tmp_path):
    folder = write_feature_bundle(tmp_path / "odd", named=True)
    np.savez_compressed(folder / bundle.SURFACE, features_mean=np.zeros(3))
    bundle.seal(folder)
    with pytest.raises(BundleError, match=r"surface\.npz cannot be read"):
        load(folder, "cpu")


def test_a_network_that_gives_no_features_is_named(tmp_path):
    folder = write_feature_bundle(tmp_path / "mute")
    known = Concrete(around_grey(FEATURES), around_grey(COUNT))
    np.savez_compressed(folder / bundle.SURFACE, **known.to_arrays())
    bundle.seal(folder)
    with pytest.raises(BundleError, match="no output 'features'"):
        load(folder, "cpu").inspect(grey(100))


def test_results_without_the_flag_are_still_read(scope):
    result = scope.inspect(grey(255))
    line = result.to_dict()
    assert PhotoResult.from_dict(line) == result
    del line["surface"]  # as an older version wrote it
    assert PhotoResult.from_dict(line).surface is None


@pytest.mark.parametrize("shape", [(32, 32), (227, 227), (33, 283)])
def test_statistics_of_any_window_are_finite(shape):
    windows = [np.full((*shape, 3), tone, np.uint8) for tone in (0, 128, 255)]
    windows.append(np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8))
    for window in windows:
        values = statistics(window)
        assert values.shape == (COUNT,)
        assert np.isfinite(values).all()


def test_statistics_follow_the_light_not_the_side_it_comes_from():
    patch = scene.draw_patch(1, 96, 3).pixels
    base, mirrored = statistics(patch), statistics(patch[::-1])
    assert mirrored[:6] == pytest.approx(base[:6], rel=0.05, abs=0.5)
    assert statistics(patch // 2)[9] == pytest.approx(base[9] / 2, abs=1)
