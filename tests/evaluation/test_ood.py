import numpy as np
import pytest

from crackscope.data.synthesis import scene
from crackscope.evaluation import ood

MIX = np.random.default_rng(3).normal(size=(40, 40)) * np.linspace(2, 0.05, 40)
CENTRE = np.random.default_rng(4).normal(size=40)


def concrete(count: int, seed: int) -> np.ndarray:
    return CENTRE + np.random.default_rng(seed).normal(size=(count, 40)) @ MIX.T


@pytest.fixture(scope="module")
def cloud() -> ood.Cloud:
    return ood.fit_cloud(concrete(4000, 0), components=12)


def test_few_of_what_was_not_fitted_is_beyond_the_limit(cloud):
    beyond = cloud.strangeness(concrete(4000, 2)) > 1
    assert beyond.mean() == pytest.approx(ood.GIVEN_UP, abs=0.008)


def test_leaving_where_nothing_varies_is_stranger_than_where_much_does(cloud):
    start = CENTRE / cloud.scale
    quiet = np.linalg.svd(cloud.axes)[2][-1]
    steps = np.stack([start + 5 * cloud.axes[0], start + 5 * quiet]) * cloud.scale
    along, beside = cloud.strangeness(steps)
    assert beside > 2 * along


def test_with_nearly_all_directions_it_is_the_distance_of_mahalanobis():
    x = concrete(1000, 4)
    cloud = ood.fit_cloud(x, components=39)
    order = np.random.default_rng(0).permutation(1000)[400:]
    centred = concrete(20, 5) - x[order].mean(axis=0)
    inverse = np.linalg.inv(np.cov(x[order], rowvar=False))
    expected = np.einsum("nf,fg,ng->n", centred, inverse, centred)
    for found in (cloud, ood.fit_cloud(x, components=39, units_differ=True)):
        assert found.strangeness(concrete(20, 5)) * found.limit == pytest.approx(expected, rel=1e-6)


def test_a_photo_is_other_when_most_of_its_windows_are_strange_on_both_sides(cloud):
    both = ood.Concrete(cloud, cloud)
    far, near = concrete(9, 6) + 100, np.repeat(CENTRE[None], 9, axis=0)
    mixed = np.concatenate([far[:5], near[:4]])
    assert both.is_other(far, far)
    assert both.is_other(mixed, mixed)
    assert not both.is_other(near, near)
    assert not both.is_other(mixed[::-1][:7], mixed[::-1][:7])
    assert (both.strangeness(far, near) < cloud.strangeness(far)).all()


def test_it_fits_into_a_small_file(cloud):
    arrays = cloud.to_arrays("features")
    again = ood.Cloud.from_arrays(arrays, "features")
    x = concrete(50, 7)
    assert again.strangeness(x) == pytest.approx(cloud.strangeness(x), rel=0.03)
    assert arrays["features_axes"].nbytes == 2 * cloud.axes.size
    assert all(value.dtype != object for value in arrays.values())


def test_fewer_rows_than_features_and_constant_features_work():
    x = concrete(20, 8)
    x[:, 3] = 0
    assert np.isfinite(ood.fit_cloud(x).strangeness(concrete(5, 9))).all()
    assert ood.fit_cloud(np.zeros((12, 4))).strangeness(np.ones((1, 4)))[0] > 1


@pytest.mark.parametrize("bad", [np.zeros((9, 4)), np.zeros(40)])
def test_too_little_is_refused(bad):
    with pytest.raises(ValueError, match="N >= 10"):
        ood.fit_cloud(bad)


@pytest.mark.parametrize("shape", [(32, 32), (227, 227), (33, 283)])
def test_statistics_of_any_window_are_finite(shape):
    windows = [np.full((*shape, 3), tone, np.uint8) for tone in (0, 128, 255)]
    windows.append(np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8))
    for window in windows:
        values = ood.statistics(window)
        assert values.shape == (19,)
        assert np.isfinite(values).all()


def test_statistics_know_flat_colours_noise_and_leaves_from_drawn_concrete():
    known = [ood.statistics(scene.draw_patch(n % 2, 96, n).pixels) for n in range(120)]
    others = [ood.statistics(scene.draw_patch(n % 2, 96, n).pixels) for n in range(900, 920)]
    cloud = ood.fit_cloud(known, units_differ=True)
    rng = np.random.default_rng(5)
    green = rng.integers(0, 120, (96, 96, 1)) * np.array([0.4, 1.0, 0.2]) + 20
    strange = [
        np.full((96, 96, 3), (30, 90, 220), np.uint8),
        rng.integers(0, 256, (96, 96, 3), dtype=np.uint8),
        green.astype(np.uint8),
    ]
    seen = cloud.strangeness([ood.statistics(window) for window in strange])
    assert np.median(cloud.strangeness(others)) < 0.7
    assert (seen > 2 * np.median(cloud.strangeness(others))).all()
