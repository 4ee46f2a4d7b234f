"""The head phase: train a logistic unit on features that are computed once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import numerics
from crackscope.graphs import session
from crackscope.kept import reading
from crackscope.models import classifier
from crackscope.terminal import progress_bar
from crackscope.training import phase as phases
from crackscope.training.history import History
from crackscope.training.stream import Stream
from crackscope.training.tf_data import ahead

Features = NDArray[np.float32]
_BATCH = 256
_PENALTY = 0.002
"""Weight of the squared kernel in the loss: up to 0.01, validation results hardly differ."""
_READ_AT_ONCE, _AT_ONCE = 32, 4
"""Patches per thread job, and per network call; larger batches would not fit in the processor's
cache."""


def features(graph: Path, subsets: Mapping[str, Stream], folder: Path) -> dict[str, Features]:
    """Pooled features (N, F) float32 of each subset, by ONNX Runtime, which is several times as
    fast as Keras.

    They are saved in `folder` for resumed runs. Raises UsageError if saved ones are damaged.
    """
    files = {subset: folder / f"features-{subset}.npy" for subset in subsets}
    missing = [subset for subset, file in files.items() if not file.exists()]
    if missing:
        score = session.runner(graph, threads=1)

        def run(images: NDArray[np.uint8]) -> Features:
            parts = range(0, len(images), _AT_ONCE)
            return np.concatenate([score(images[at : at + _AT_ONCE]) for at in parts])

        for subset in missing:
            _save(files[subset], _compute(run, subsets[subset], subset))
    return {subset: _load(file, len(subsets[subset])) for subset, file in files.items()}


def _compute(run: Callable[[NDArray[np.uint8]], Features], stream: Stream, subset: str) -> Features:
    rows: list[Features] = []
    with progress_bar(f"features of {subset}", len(stream)) as advance:
        for part in stream.map(run, _READ_AT_ONCE):
            rows.append(part)
            advance(len(part))
    return np.concatenate(rows)


def _save(file: Path, values: Features) -> None:
    beside = file.with_suffix(".part.npy")
    np.save(beside, values)
    beside.replace(file)


def _load(file: Path, count: int) -> Features:
    with reading(file):
        values = np.lib.format.open_memmap(file, mode="r")
        if values.dtype != np.float32 or values.ndim != 2 or len(values) != count:
            raise ValueError(
                f"it must contain {count} rows of float32. Received: {values.dtype} {values.shape}"
            )
        if not np.isfinite(values).all():
            raise ValueError("it must contain finite numbers. Received: NaN or infinity")
        return np.array(values)


def fit(
    model: Any,
    train: tuple[Features, NDArray[np.float32]],
    val: tuple[Features, NDArray[np.float32]],
    phase: phases.Phase,
    history: History,
    dropout: float,
    seed: int,
    extra: tuple[Any, ...] = (),
) -> NDArray[np.float64]:
    """Train the head on features (N, F) and labels (N, 1), and set it in `model`.

    Features are standardised for training; the standardisation is folded into the head. Returns
    the scores of `val` (N,).
    """
    mean, spread = train[0].mean(axis=0), numerics.floored(train[0].std(axis=0))
    head = _network(train[0].shape[1], dropout, seed)
    scaled = [((x - mean) / spread, y) for x, y in (train, val)]
    steps = -(-len(train[0]) // _BATCH)
    phases.run(
        *(head, phase, history, _batches(*scaled[0], seed), steps, scaled[1], extra), together=steps
    )
    kernel, bias = classifier.head_weights(head)
    kernel = kernel / spread
    classifier.set_head(model, kernel, bias - float(kernel @ mean))
    logits = val[0].astype(np.float64) @ kernel + (bias - float(kernel @ mean))
    return numerics.logistic(logits)


def _network(width: int, dropout: float, seed: int) -> Any:
    import keras

    unit = keras.layers.Dense(
        1,
        activation="sigmoid",
        kernel_initializer="zeros",  # the loss is convex; a random start would only add noise
        kernel_regularizer=keras.regularizers.L2(_PENALTY),
        name="head",
    )
    layers = [keras.Input((width,)), keras.layers.Dropout(dropout, seed=seed), unit]
    return keras.Sequential(layers, name="head")


def _batches(x: Features, y: NDArray[np.float32], seed: int) -> Callable[[int], Any]:
    import tensorflow as tf

    def from_epoch(first: int) -> Any:
        def shuffled() -> Any:
            epoch = first
            while True:
                order = np.random.default_rng([seed, epoch]).permutation(len(x))
                for start in range(0, len(order), _BATCH):
                    part = order[start : start + _BATCH]
                    yield x[part], y[part]
                epoch += 1

        shapes = (
            tf.TensorSpec((None, x.shape[1]), tf.float32),
            tf.TensorSpec((None, 1), tf.float32),
        )
        pipeline = tf.data.Dataset.from_generator(shuffled, output_signature=shapes)
        return ahead(pipeline)

    return from_epoch
