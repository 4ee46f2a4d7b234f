"""Adapting: the head moves only where labels tell something, and the default stays otherwise."""

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("scipy")

from crackscope import numerics  # noqa: E402
from crackscope.validation import adapt  # noqa: E402
from crackscope.validation.adapt import Head  # noqa: E402
from crackscope.validation.estimate import Sample  # noqa: E402

WIDTH, PHOTOS, EACH = 40, 20, 8


def surface(seed, truth="shifted"):
    """A site on which the default knows half of what tells a crack; `random`: labels are noise."""
    rng = np.random.default_rng(seed)
    photo = np.repeat(np.arange(PHOTOS), EACH)
    features = (
        rng.normal(0, 1, (len(photo), WIDTH)) + 0.3 * rng.normal(0, 1, (PHOTOS, WIDTH))[photo]
    )
    kernel = np.zeros(WIDTH)
    kernel[:5] = 2.0
    missing = np.zeros(WIDTH)
    missing[5:10] = 2.0
    signal = {"random": 0 * kernel, "known": kernel, "shifted": kernel / 2 + missing}[truth]
    labels = (rng.random(len(photo)) < numerics.logistic(features @ signal)).astype(np.int64)
    head = Head(kernel, 0.5)
    scores = numerics.logistic(head.logits(features))
    return features, Sample(labels, scores, rng.uniform(1, 5, len(photo)), photo), head


def test_labels_that_tell_something_improve_the_head_on_other_photos():
    features, sample, head = surface(0)
    adapted = adapt.adapt(features, sample, head, 400, 0)
    assert adapted.comparison.better
    assert adapted.comparison.auroc.low > 0
    new, rest, _ = surface(1)
    losses = [
        np.logaddexp(0, each.logits(new)).mean() - (rest.labels * each.logits(new)).mean()
        for each in (adapted.head, adapted.calibrated, head)
    ]
    assert losses[0] < losses[1] < losses[2]


@pytest.mark.parametrize("seed", range(4))
def test_random_labels_keep_the_default(seed):
    features, sample, head = surface(seed, "random")
    found = adapt.adapt(features, sample, head, 400, seed).comparison
    assert found.log_loss.low > 0, "a head that says one half to everything has the better log loss"
    assert not found.better


@pytest.mark.parametrize("seed", range(4))
def test_a_default_that_is_right_is_kept(seed):
    features, sample, head = surface(seed, "known")
    assert not adapt.adapt(features, sample, head, 400, seed).comparison.better


def test_without_reach_only_slope_and_shift_change():
    features, sample, head = surface(2)
    (fitted,) = adapt.fit(features, sample.labels, head, [0.0])
    slope = fitted.kernel[0] / head.kernel[0]
    assert np.allclose(fitted.kernel, slope * head.kernel)
    assert 0 < slope < 1, "the default is too sure here"


def test_the_fit_is_the_minimum_of_the_penalised_loss():
    """The slope of the loss is 0 there, in as many unknowns as there are features."""
    features, sample, head = surface(3)
    spread = features.std(axis=0)
    scale = 2.0 / (np.maximum(spread, 0.3 * np.sqrt((spread**2).mean())) * np.sqrt(WIDTH))
    (fitted,) = adapt.fit(features, sample.labels, head, [2.0])
    rest = sample.labels - numerics.logistic(fitted.logits(features))
    slope = 1 + rest @ head.logits(features)
    change = (fitted.kernel - slope * head.kernel) / scale
    expected = rest @ ((features - features.mean(axis=0)) * scale)
    assert np.abs(expected).max() > 1
    assert np.abs(expected - change).max() < 0.03


def test_a_photo_is_never_on_two_sides():
    photos = np.random.default_rng(0).integers(0, 17, 200)
    labels = (np.arange(200) % 7 == 0).astype(np.int64)
    side = adapt.folds(photos, labels, 0)
    assert set(side) == set(range(5))
    for photo in range(17):
        assert len(set(side[photos == photo])) == 1
    assert all(labels[side == fold].any() for fold in range(5))


@pytest.mark.parametrize(
    ("cracked", "sound", "photos", "possible"),
    [(8, 8, 5, True), (7, 60, 20, False), (60, 7, 20, False), (50, 50, 4, False)],
)
def test_too_few_labels_are_no_ground_to_adapt_on(cracked, sound, photos, possible):
    labels = np.r_[np.ones(cracked, np.int64), np.zeros(sound, np.int64)]
    n = len(labels)
    sample = Sample(labels, np.full(n, 0.5), np.ones(n), np.arange(n) % photos)
    reason = adapt.obstacle(sample)
    assert (reason is None) == possible
    assert possible or f"{cracked} cracked and {sound} sound from {photos}" in reason
