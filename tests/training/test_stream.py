"""Batches for training: every patch once an epoch, drawn ones on sound patches alone."""

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow")

from crackscope.datasets.readers import open_dataset  # noqa: E402
from crackscope.training.stream import Stream  # noqa: E402


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Cracks are white and sound pictures black, so that a mix-up shows."""
    from PIL import Image

    root = tmp_path_factory.mktemp("stream")
    for name, grey in {"Positive": 255, "Negative": 0}.items():
        (root / name).mkdir()
        for number in range(1, 31):
            Image.new("RGB", (64, 64), (grey,) * 3).save(root / name / f"{number:05d}.png")
    return open_dataset(root)


def stream(dataset, drawn=0.0):
    return Stream(dataset, dataset.patches, 64, batch=8, workers=2, synthetic=drawn)


def one_epoch(made):
    pipeline, labels = made.field(seed=3, kind="none")
    batches = list(pipeline.as_numpy_iterator())
    images = np.concatenate([images for images, _ in batches])
    assert np.array_equal(labels, np.concatenate([labels for _, labels in batches]))
    return images, labels[:, 0]


def test_every_patch_comes_once_with_its_label(dataset):
    images, labels = one_epoch(stream(dataset))
    assert len(images) == 60
    assert labels.sum() == 30
    assert np.array_equal(images.mean(axis=(1, 2, 3)) > 127, labels == 1)


def test_the_share_drawn_lies_on_sound_patches(dataset):
    images, labels = one_epoch(stream(dataset, drawn=0.9))
    dark = images.mean(axis=(1, 2, 3)) < 127
    assert 0.75 < dark.mean() < 1.0, "nine in ten are drawn, and none of them on a crack"
    assert 0.3 < labels[dark].mean() < 0.7, "half of the drawn pictures are cracks"


def test_the_validation_is_the_same_at_every_pass(dataset):
    pipeline, _ = stream(dataset, drawn=0.5).field(seed=1, kind="field")
    first, second = (
        np.concatenate([images for images, _ in pipeline.as_numpy_iterator()]) for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_epochs_differ_and_a_resumed_one_is_the_same(dataset):
    made = stream(dataset, drawn=0.5)

    def taken(first, skip):
        pipeline = made.epochs(seed=0, first=first, kind="basic").skip(skip).take(made.steps)
        return np.concatenate([images for images, _ in pipeline.as_numpy_iterator()])

    assert np.array_equal(taken(0, made.steps), taken(1, 0))
    assert not np.array_equal(taken(0, 0), taken(1, 0))


def test_a_function_sees_every_patch_in_order(dataset):
    means = np.concatenate(
        list(stream(dataset).map(lambda images: images.mean(axis=(1, 2, 3)), batch=7))
    )
    labels = np.array([patch.label for patch in dataset.patches])
    assert np.array_equal(means > 127, labels == 1)


def test_what_is_placed_is_only_flipped_and_turned_by_quarters():
    import tensorflow as tf

    from crackscope.training.augment import augment

    images = np.random.default_rng(0).integers(0, 256, (8, 24, 24, 3), np.uint8)
    placed = tf.constant([1.0, 0.0] * 4)
    moved = augment(tf.constant(images), tf.constant([5, 6]), "basic", placed).numpy().astype(int)
    for index, (before, after) in enumerate(zip(images.astype(int), moved, strict=True)):
        views = [np.rot90(view, turn) for view in (before, before[:, ::-1]) for turn in range(4)]
        same = any(np.abs(view - after).max() <= 1 for view in views)
        assert same == (index % 2 == 0)


def test_no_pipeline_leaves_a_thread_that_keras_waits_for(dataset):
    made = stream(dataset)
    endless, counted = made.epochs(3, 0, "none"), (made.plain(), made.field(3, "none")[0])
    for pipeline in (endless, *counted):
        assert pipeline.options().autotune.enabled is False
    assert endless.cardinality() == -1
    assert [int(pipeline.cardinality()) for pipeline in counted] == [8, 8]
