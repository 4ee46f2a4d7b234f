"""The head phase: a logistic unit on features computed once, not again every epoch."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.data.stream import Stream
from crackscope.exporting import onnx
from crackscope.models import classifier
from crackscope.progress import bar
from crackscope.training import phase as phases
from crackscope.training.ledger import Ledger

Features = NDArray[np.float32]
_BATCH = 256


def features(model: Any, stream: Stream, what: str, cache: Path, workers: int) -> Features:
    """Pooled features (N, F) float32 of every patch, through ONNX Runtime: several times Keras.

    They are kept in `cache`, so that a resumed run does not compute them again.
    """
    if cache.exists():
        return np.asarray(np.load(cache, allow_pickle=False), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.onnx"
        onnx.write(classifier.feature_extractor(model), path)
        run = onnx.runner(path, workers)
        rows: list[Features] = []
        with bar(f"features of {what}", stream.steps) as advance:
            for images, _ in stream.once():
                rows.append(run(images))
                advance(1)
    result = np.concatenate(rows)
    beside = cache.with_suffix(".part.npy")
    np.save(beside, result)
    beside.replace(cache)
    return result


def fit(
    model: Any,
    train: tuple[Features, NDArray[np.float32]],
    val: tuple[Features, NDArray[np.float32]],
    phase: phases.Phase,
    ledger: Ledger,
    dropout: float,
    seed: int,
    extra: tuple[Any, ...] = (),
) -> None:
    """Train the head on features (N, F) and labels (N, 1), and put it into `model`.

    Features are standardised for training; the standardisation is folded into the head.
    """
    mean, spread = train[0].mean(axis=0), train[0].std(axis=0) + 1e-3
    head = _network(train[0].shape[1], dropout, seed)
    scaled = [((x - mean) / spread, y) for x, y in (train, val)]
    steps = -(-len(train[0]) // _BATCH)
    phases.run(head, phase, ledger, _batches(*scaled[0], seed), steps, scaled[1], extra)
    kernel, bias = classifier.head_weights(head)
    kernel = kernel / spread
    classifier.set_head(model, kernel, bias - float(kernel @ mean))


def _network(width: int, dropout: float, seed: int) -> Any:
    import keras

    start = keras.initializers.GlorotUniform(seed=seed)
    unit = keras.layers.Dense(1, activation="sigmoid", kernel_initializer=start, name="head")
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
        endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
        return pipeline.apply(endless).prefetch(2)

    return from_epoch
