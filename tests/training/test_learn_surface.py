"""What a training learns of concrete, and when it does."""

from types import SimpleNamespace

import numpy as np
import pytest

from crackscope.models.appearance import statistics
from crackscope.synthesis import scene
from crackscope.training import surface
from crackscope.training.recipe import Recipe
from crackscope.types.evaluation import Patch

MIX = np.random.default_rng(3).normal(size=(12, 12)) * np.linspace(2, 0.05, 12)
CENTRE = np.random.default_rng(4).normal(size=12)


def concrete(count, seed):
    return CENTRE + np.random.default_rng(seed).normal(size=(count, 12)) @ MIX.T


def test_one_in_a_hundred_of_what_was_not_learned_from_is_beyond_the_limit():
    known = surface.describe(concrete(4000, 0))
    beyond = known.scores(concrete(4000, 2)) > known.limit
    assert beyond.mean() == pytest.approx(0.01, abs=0.006)


def test_it_is_the_distance_of_mahalanobis():
    x = concrete(1000, 4)
    known = surface.describe(x)
    fitted = x[np.random.default_rng(0).permutation(1000)[400:]]
    centred = concrete(20, 5) - fitted.mean(axis=0)
    inverse = np.linalg.inv(np.cov(fitted, rowvar=False))
    expected = np.einsum("nf,fg,ng->n", centred, inverse, centred)
    assert known.scores(concrete(20, 5)) == pytest.approx(expected, rel=1e-6)


def test_few_rows_and_constant_values_work():
    x = concrete(12, 8)
    x[:, 3] = 0
    assert np.isfinite(surface.describe(x).scores(concrete(5, 9))).all()
    flat = surface.describe(np.zeros((12, 4)))
    assert flat.scores(np.ones((1, 4)))[0] > flat.limit


def two_kinds(count, seed):
    """(N, 12) of concrete and of two other materials, one of them rare; other, kinds."""
    rng = np.random.default_rng(seed)
    away = np.linspace(4, 8, 12)
    values = [concrete(count, seed), concrete(count, seed + 1) + away]
    values.append(concrete(count // 10, seed + 2) - away * rng.normal(1, 0.1, (count // 10, 1)))
    kinds = np.repeat(["concrete", "common", "rare"], [len(rows) for rows in values])
    return np.concatenate(values), kinds != "concrete", kinds


def test_concrete_is_contrasted_with_other_materials_also_rare_ones():
    known = surface.contrast(*two_kinds(1000, 20))
    values, other, kinds = two_kinds(400, 40)
    scores = known.scores(values)
    limit = np.quantile(scores[~other], 0.95)
    for kind in ("common", "rare"):
        assert (scores[kinds == kind] > limit).mean() > 0.8


def test_of_what_stands_between_the_more_alike_is_told():
    """A distance from concrete alone takes what is away from both for another material."""
    values, other, kinds = two_kinds(1000, 20)
    usual = kinds != "rare"
    known = surface.contrast(values[usual], other[usual], kinds[usual])
    opposite = concrete(200, 9) - 0.7 * np.linspace(4, 8, 12)
    assert known.scores(opposite).mean() < known.scores(values[kinds == "common"]).mean()
    far = known.concrete.distances(opposite).mean()
    assert far > 2 * known.concrete.distances(values[~other]).mean()


def test_constant_statistics_can_be_contrasted():
    values, other, kinds = two_kinds(100, 3)
    values[:, 5] = 1.0
    assert np.isfinite(surface.contrast(values, other, kinds).scores(values)).all()


@pytest.mark.parametrize("bad", [np.zeros((9, 4)), np.zeros(40)])
def test_too_little_is_refused(bad):
    with pytest.raises(ValueError, match="N >= 10"):
        surface.describe(bad)


def test_flat_colours_noise_and_leaves_are_told_from_drawn_concrete():
    known, others = (
        statistics(np.stack([scene.draw_patch(n % 2, 96, n).pixels for n in seeds]))
        for seeds in (range(120), range(900, 920))
    )
    found = surface.describe(known)
    rng = np.random.default_rng(5)
    green = rng.integers(0, 120, (96, 96, 1)) * np.array([0.4, 1.0, 0.2]) + 20
    strange = [
        np.full((96, 96, 3), (30, 90, 220), np.uint8),
        rng.integers(0, 256, (96, 96, 3), dtype=np.uint8),
        green.astype(np.uint8),
    ]
    usual = np.median(found.scores(others))
    assert usual < 0.7 * found.limit
    assert (found.scores(statistics(np.stack(strange))) > 2 * usual).all()


@pytest.mark.parametrize(
    ("epochs", "augment", "patches", "learned"),
    [
        (1, "field", 60, True),
        (0, "field", 60, False),
        (1, "none", 60, False),
        (1, "field", 9, False),
    ],
)
def test_only_varied_pictures_are_learned_from(monkeypatch, epochs, augment, patches, learned):
    recipe = Recipe(epochs=epochs, augment=augment)
    start = SimpleNamespace(bundle="the model before", pretrained=True)
    rows = [Patch(f"{n}.png", n % 2, split="train") for n in range(patches)]
    monkeypatch.setattr(surface.concrete, "load", lambda bundle: bundle)
    monkeypatch.setattr(surface, "learn", lambda *_: "learned")
    found = surface.of_run(recipe, None, [*rows, Patch("t.png", 0, split="test")], start)
    assert found == ("learned" if learned else "the model before")
    start.bundle = None
    assert surface.of_run(recipe, None, rows, start) == ("learned" if learned else None)
