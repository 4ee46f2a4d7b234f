"""What a model learns of concrete, and when it does."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("scipy")

from crackscope.data.synthesis import scene
from crackscope.inspection.statistics import statistics
from crackscope.training import surface

MIX = np.random.default_rng(3).normal(size=(40, 40)) * np.linspace(2, 0.05, 40)
CENTRE = np.random.default_rng(4).normal(size=40)


def concrete(count, seed):
    return CENTRE + np.random.default_rng(seed).normal(size=(count, 40)) @ MIX.T


@pytest.fixture(scope="module")
def cloud():
    return surface.fit_cloud(concrete(4000, 0), components=12)


def test_few_of_what_was_not_fitted_is_beyond_the_limit(cloud):
    beyond = cloud.strangeness(concrete(4000, 2)) > 1
    assert beyond.mean() == pytest.approx(surface.GIVEN_UP, abs=0.008)


def test_leaving_where_nothing_varies_is_stranger_than_where_much_does(cloud):
    quiet = np.linalg.svd(cloud.axes)[2][-1]
    along, beside = cloud.strangeness([CENTRE + 5 * cloud.axes[0], CENTRE + 5 * quiet])
    assert beside > 2 * along


def test_with_nearly_all_directions_it_is_the_distance_of_mahalanobis():
    x = concrete(1000, 4)
    found = surface.fit_cloud(x, components=39, units_differ=True)
    order = np.random.default_rng(0).permutation(1000)[400:]
    centred = concrete(20, 5) - x[order].mean(axis=0)
    inverse = np.linalg.inv(np.cov(x[order], rowvar=False))
    expected = np.einsum("nf,fg,ng->n", centred, inverse, centred)
    assert found.strangeness(concrete(20, 5)) * found.limit == pytest.approx(expected, rel=1e-6)


def test_fewer_rows_than_features_and_constant_features_work():
    x = concrete(20, 8)
    x[:, 3] = 0
    assert np.isfinite(surface.fit_cloud(x, units_differ=True).strangeness(concrete(5, 9))).all()
    assert surface.fit_cloud(np.zeros((12, 4))).strangeness(np.ones((1, 4)))[0] > 1


@pytest.mark.parametrize("bad", [np.zeros((9, 4)), np.zeros(40)])
def test_too_little_is_refused(bad):
    with pytest.raises(ValueError, match="N >= 10"):
        surface.fit_cloud(bad)


def test_statistics_know_flat_colours_noise_and_leaves_from_drawn_concrete():
    known = [statistics(scene.draw_patch(n % 2, 96, n).pixels) for n in range(120)]
    others = [statistics(scene.draw_patch(n % 2, 96, n).pixels) for n in range(900, 920)]
    found = surface.fit_cloud(known, units_differ=True)
    rng = np.random.default_rng(5)
    green = rng.integers(0, 120, (96, 96, 1)) * np.array([0.4, 1.0, 0.2]) + 20
    strange = [
        np.full((96, 96, 3), (30, 90, 220), np.uint8),
        rng.integers(0, 256, (96, 96, 3), dtype=np.uint8),
        green.astype(np.uint8),
    ]
    seen = found.strangeness([statistics(window) for window in strange])
    usual = np.median(found.strangeness(others))
    assert usual < 0.7
    assert (seen > 2 * usual).all()


@pytest.mark.train
@pytest.mark.parametrize("size", [64, 96])
def test_frozen_features_keep_what_the_model_they_came_from_knows(monkeypatch, size):
    pytest.importorskip("keras")
    config = SimpleNamespace(epochs=0, image_size=64)
    origin = SimpleNamespace(input=SimpleNamespace(size=size))
    start = SimpleNamespace(bundle=origin, pretrained=True)
    monkeypatch.setattr(surface.surface, "load", lambda bundle: bundle)
    kept = surface.of_run(config, None, [], start, None)
    assert kept is (origin if size == 64 else None)
    start.bundle = None
    assert surface.of_run(config, None, [], start, None) is None
