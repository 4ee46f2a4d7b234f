"""Train a classifier on labelled patches: the head first, then fine-tuning."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crackscope import environment
from crackscope.datasets.manifest import Dataset
from crackscope.errors import UsageError
from crackscope.models import classifier
from crackscope.models.weights import Start
from crackscope.training import head
from crackscope.training.history import History
from crackscope.training.phase import Phase
from crackscope.training.phase import run as run_phase
from crackscope.training.recipe import Recipe
from crackscope.training.stream import Stream
from crackscope.types.evaluation import Patch

_LOG = logging.getLogger("crackscope")
EPOCHS_FROM_SCRATCH = 20
HEAD, FINE_TUNING = "head", "fine-tuning"


class Validation(NamedTuple):
    """Scores (N,) and labels (N,), 0 or 1, of the validation subset."""

    scores: NDArray[np.float64]
    labels: NDArray[np.int64]


def fit(
    recipe: Recipe,
    dataset: Dataset,
    patches: Sequence[Patch],
    start: Start,
    graph: Path,
    history: History,
    extra: tuple[Any, ...] = (),
) -> Validation:
    """Train `start.model` on the train subset of `patches`; returns scores of the val subset.

    With `recipe.drawn` the val subset contains synthetic samples and is augmented like the train
    subset. `graph` is the ONNX graph of the model's initial features; `extra` are further Keras
    callbacks. Every finished epoch is in the history.
    """
    import keras

    keras.utils.set_random_seed(recipe.seed)
    workers = recipe.workers or environment.cores()
    subsets = {
        subset: Stream(
            dataset,
            [patch for patch in patches if patch.split == subset],
            recipe.image_size,
            recipe.batch,
            workers,
            recipe.drawn,
        )
        for subset in ("train", "val")
    }
    if not start.pretrained:
        _LOG.info("Weights are random: skipping the head phase, training all layers")
        if not epochs_of(recipe, start):
            raise UsageError("epochs must be at least 1 for random weights. Received: 0")
    elif recipe.head_epochs:
        scores = _fit_head(recipe, start.model, graph, subsets, history, extra)
        if not epochs_of(recipe, start):
            return Validation(scores, _flat(subsets["val"].labels))
    val = subsets["val"]
    if recipe.drawn:
        pipeline, labels = val.field(recipe.seed, recipe.augment)
    else:
        pipeline, labels = val.plain(), val.labels
    _fine_tune(recipe, start, subsets["train"], pipeline, history, extra)
    scores = start.model.predict(pipeline, verbose=0)
    return Validation(np.asarray(scores, np.float64).reshape(-1), _flat(labels))


def _flat(labels: NDArray[np.float32]) -> NDArray[np.int64]:
    return labels.reshape(-1).astype(np.int64)


def epochs_of(recipe: Recipe, start: Start) -> int:
    """Epochs of fine-tuning, or of the whole training for random weights."""
    if recipe.epochs is not None:
        return recipe.epochs
    return 0 if start.pretrained else EPOCHS_FROM_SCRATCH


def _fit_head(
    recipe: Recipe,
    model: Any,
    graph: Path,
    subsets: dict[str, Stream],
    history: History,
    extra: tuple[Any, ...],
) -> NDArray[np.float64]:
    features = head.features(graph, subsets, history.state)
    data = {subset: (features[subset], stream.labels) for subset, stream in subsets.items()}
    phase = Phase(HEAD, recipe.head_epochs, recipe.head_learning_rate, recipe.patience)
    return head.fit(
        model, data["train"], data["val"], phase, history, recipe.dropout, recipe.seed, extra
    )


def _fine_tune(
    recipe: Recipe,
    start: Start,
    train: Stream,
    val: Any,
    history: History,
    extra: tuple[Any, ...],
) -> None:
    fraction = recipe.unfreeze if start.pretrained else 1.0
    classifier.unfreeze(start.model, fraction, keep_statistics=start.pretrained)
    rate = recipe.learning_rate if start.pretrained else recipe.head_learning_rate
    cosine = recipe.schedule == "cosine"
    phase = Phase(FINE_TUNING, epochs_of(recipe, start), rate, recipe.patience, cosine)
    run_phase(
        start.model,
        phase,
        history,
        lambda first: train.epochs(recipe.seed, first, recipe.augment),
        train.steps,
        val,
        extra,
    )


def window_of(dataset: Dataset, patches: Sequence[Patch], probes: int = 64) -> int:
    """The size of the patches in pixels (median of the shorter side of up to `probes`)."""
    step = max(1, len(patches) // probes)
    sides = [min(dataset.read_pixels(patch).shape[:2]) for patch in patches[::step]]
    return int(np.median(sides))


def tensorboard(folder: Path, sheets: Sequence[Path]) -> tuple[Any, ...]:
    """Keras' TensorBoard callback; also writes the contact sheets `sheets` as images."""
    import keras
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(folder / "pictures"))
    with writer.as_default():
        for sheet in sheets:
            picture = tf.io.decode_png(tf.io.read_file(str(sheet)), channels=3)
            tf.summary.image(sheet.stem, picture[None], step=0)
    writer.close()
    return (keras.callbacks.TensorBoard(str(folder)),)
