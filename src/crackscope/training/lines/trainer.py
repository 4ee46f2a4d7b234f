"""The network during training: images of whole windows in, logits of places and windows out."""

from pathlib import Path
from typing import Any

import numpy as np

from crackscope.errors import UsageError
from crackscope.models.backbones import BACKBONES, CORE
from crackscope.training.lines import objective

CELLS = 7
"""Side of a window in cells."""
_WHITE = 255.0


def network(backbone: str, seed: int, dropout: float = 0.2) -> Any:
    """Images (N, H, W, 3) float32, sides multiples of 224 -> `lines` (N, H / 2, W / 2, 1),
    `windows` and `material` (N, H / 224, W / 224, 1), all logits; with a new head and decoder.

    Raises UsageError for a backbone that does not support a decoder."""
    import keras

    with_lines = BACKBONES.get(backbone).with_lines
    if with_lines is None:
        raise UsageError(
            f"backbone must support lines. Received: {backbone!r}, which has no decoder. "
            "Use mobilenetv2"
        )
    keras.utils.set_random_seed(seed)
    inner = with_lines(False)
    pixels = keras.Input((None, None, 3), name="pixels")
    cells, lines = inner(pixels)
    pooled = keras.layers.AveragePooling2D(CELLS, name="pool")(cells)
    x = keras.layers.Activation("softsign", name="squash")(pooled)
    x = keras.layers.Dropout(dropout, seed=seed, name="dropout")(x)
    windows = keras.layers.Dense(1, name="head", dtype="float32")(x)
    material = keras.layers.Dense(1, name="material", dtype="float32")(x)
    return keras.Model(pixels, {"lines": lines, "windows": windows, "material": material})


def take_encoder(model: Any, path: Path) -> None:
    """Load the encoder's weights: .h5 of keras.applications, or .npz with keys of layer name and
    weight index, such as `Conv1/0`."""
    core = model.get_layer("backbone").get_layer(CORE)
    if path.suffix == ".h5":
        core.load_weights(path)
        return
    with np.load(path, allow_pickle=False) as arrays:
        for layer in core.layers:
            count = len(layer.get_weights())
            if count:
                layer.set_weights([arrays[f"{layer.name}/{place}"] for place in range(count)])


def freeze(model: Any, encoder: bool) -> None:
    """Freeze the encoder's batch norm statistics or, with `encoder`, the whole encoder."""
    import keras

    for layer in model.get_layer("backbone").get_layer(CORE).layers:
        layer.trainable = not encoder and not isinstance(layer, keras.layers.BatchNormalization)


def trainer(model: Any, weights: objective.Weights, seed: int) -> Any:
    """A model to fit on (pixels uint8, truth), with random light and noise at each step."""
    import keras

    class Trainer(keras.Model):  # type: ignore[misc]
        """See `objective.loss` for the content of `y`."""

        def __init__(self) -> None:
            super().__init__(name="trainer")
            self.network = model
            self.light = light(seed)

        def call(self, pixels: Any, training: bool = False) -> Any:
            return self.network(self.light(pixels, training=training), training=training)

        def compute_loss(
            self, x: Any = None, y: Any = None, y_pred: Any = None, *_: Any, **__: Any
        ) -> Any:
            return objective.loss(y, y_pred, weights)

    return Trainer()


def light(seed: int) -> Any:
    """A layer that randomly changes gamma, contrast, brightness and colour of each image and adds
    noise, during training only."""
    import keras
    from keras import ops, random

    class Light(keras.layers.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="light", dtype="float32")
            self.seeds = random.SeedGenerator(seed)

        def _uniform(self, x: Any, low: float, high: float, channels: int = 1) -> Any:
            shape = (ops.shape(x)[0], 1, 1, channels)
            return random.uniform(shape, low, high, seed=self.seeds)

        def _chance(self, x: Any, probability: float) -> Any:
            return ops.cast(self._uniform(x, 0.0, 1.0) < probability, "float32")

        def call(self, pixels: Any, training: bool = False) -> Any:
            x = ops.cast(pixels, "float32")
            if not training:
                return x
            x = _WHITE * (x / _WHITE) ** self._uniform(x, 0.7, 1.4)
            mean = ops.mean(x, axis=(1, 2, 3), keepdims=True)
            x = (x - mean) * self._uniform(x, 0.6, 1.3) + mean * self._uniform(x, 0.5, 1.25)
            x = x * self._uniform(x, 0.9, 1.1, 3)
            warm = 1 - self._chance(x, 0.3) * self._uniform(x, 0.0, 0.45)
            x = x * ops.concatenate([ops.ones_like(warm), warm, warm**2], axis=-1)
            grey = self._chance(x, 0.2)
            x = grey * ops.mean(x, axis=-1, keepdims=True) + (1 - grey) * x
            strength = self._chance(x, 0.4) * self._uniform(x, 0.5, 10.0)
            x = x + strength * random.normal(ops.shape(x), seed=self.seeds)
            return ops.clip(x, 0.0, _WHITE)

        def compute_output_shape(self, shape: Any) -> Any:
            return shape

    return Light()
