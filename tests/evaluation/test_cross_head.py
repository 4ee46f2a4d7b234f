import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.errors import DatasetError
from crackscope.evaluation.cross import head

pytest.importorskip("sklearn")


def drawn(photos, each, seed=0, width=5):
    """Features that say nothing but which photo a picture is of; labels by photo."""
    groups = np.repeat(np.arange(photos), each)
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(photos, width))[groups] + 0.01 * rng.normal(
        size=(photos * each, width)
    )
    return features.astype(np.float32), groups % 2, groups


def auroc(labels, scores):
    crack, sound = scores[labels == 1], scores[labels == 0]
    return float(np.mean(crack[:, None] > sound[None, :]))


def test_the_diagonal_learns_nothing_from_pictures_of_the_same_photo():
    """Many copies of few photos with labels by chance: who leaks reaches 1, who does not, 0.5."""
    features, labels, groups = drawn(photos=40, each=10, width=60)
    rows = np.arange(len(labels))
    kernel, bias = head.fit_unit(features, labels)
    assert auroc(labels, features @ kernel + bias) > 0.99
    scores = head.fit("x", features, labels, groups, rows, seed=0).scores(features)
    assert abs(auroc(labels, scores) - 0.5) < 0.2


@settings(max_examples=25)
@given(st.integers(2, 9), st.integers(1, 3), st.integers(0, 99))
def test_no_group_is_judged_by_a_head_that_saw_it(pairs, each, seed):
    features, labels, groups = drawn(2 * pairs, each)
    kept = np.flatnonzero(groups < 2 * pairs - 1) if pairs > 2 else np.arange(len(labels))
    try:
        heads = head.fit("x", features, labels, groups, kept, seed)
    except DatasetError:
        assert pairs < 5
        return
    for group in np.unique(groups):
        assert len(set(heads.folds[groups == group])) == 1
    assert (heads.folds[kept] >= 0).all()
    outside = np.setdiff1d(groups, groups[kept])
    assert (heads.folds[np.isin(groups, outside)] == -1).all()
    for fold in range(len(heads.biases)):
        rest = kept[heads.folds[kept] != fold]
        kernel, _ = head.fit_unit(features[rest], labels[rest])
        np.testing.assert_allclose(heads.kernels[:, fold], kernel, atol=1e-6)


def test_a_photo_that_none_saw_gets_the_mean_of_the_logits():
    heads = head.Heads(np.array([[1.0, 3.0]]), np.array([0.0, 1.0]), np.array([-1, 0, 1]))
    logits = [2.5, 1.0, 4.0]
    expected = 1 / (1 + np.exp(-np.array(logits)))
    np.testing.assert_allclose(heads.scores(np.ones((3, 1), np.float32)), expected)


def test_scores_stay_probabilities_however_far_off():
    heads = head.Heads(np.array([[1e6]]), np.array([0.0]), np.array([-1, -1]))
    scores = heads.scores(np.array([[1e9], [-1e9]], np.float32))
    assert scores.tolist() == pytest.approx([1.0, 0.0], abs=1e-30)


@pytest.mark.parametrize("groups", [[0, 0, 1, 2], [0, 0, 0, 0], [0, 1, 2, 2]])
def test_too_few_photos_are_an_error(groups):
    features = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    labels = np.array([1, 1, 0, 0])
    with pytest.raises(DatasetError, match="the set few"):
        head.fit("few", features, labels, np.array(groups), np.arange(4), seed=0)


def test_the_penalty_is_that_of_training():
    """The gradient of mean log loss + 0.005 |w|² on standardised features is 0 there."""
    features, labels, _ = drawn(60, 2, seed=3)
    kernel, bias = head.fit_unit(features, labels)
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / spread
    weights = kernel * spread
    probabilities = 1 / (1 + np.exp(-(features @ kernel + bias)))
    gradient = scaled.T @ (probabilities - labels) / len(labels) + 2 * 0.005 * weights
    np.testing.assert_allclose(gradient, 0, atol=2e-3)
