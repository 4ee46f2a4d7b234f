"""The Keras classifier that is trained and saved: a resize, a backbone, one logistic unit.

    uint8 (N, H, W, 3) RGB of any size -> resize to (size, size) -> backbone -> softsign -> dropout
    -> head -> (N, 1)

A backbone with lines outputs a map of cells, which are averaged, and contains a decoder, which is
saved but not used here.

The output is the calibrated probability of a crack: the standardisation of features and the
temperature are folded into the head, so that runtimes need no extra step.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import numerics
from crackscope.errors import BundleError
from crackscope.models import decoder, keras_file
from crackscope.models.backbones import BACKBONES

_DROPPED = 11
"""Significant bits dropped from a weight, of 24."""


def build(backbone: str, size: int, dropout: float, seed: int, imagenet: bool = False) -> Any:
    """A new classifier with a random head; raises UnknownNameError for an unknown backbone."""
    return _around(BACKBONES.get(backbone).build(size, imagenet), size, dropout, seed)


def build_with_lines(network: Any, size: int, dropout: float = 0.2, seed: int = 0) -> Any:
    """The classifier with the backbone and head of a network trained by `training.lines`."""
    model = _around(network.get_layer("backbone"), size, dropout, seed)
    set_head(model, *head_weights(network))
    return model


def levels(model: Any) -> list[Any]:
    """The inputs of the decoder, at strides 4, 8, 16 and 32, as tensors inside the layer
    "backbone"; empty without a decoder."""
    inner = [layer for layer in model.layers if layer.name == "backbone"]
    if not inner or not isinstance(inner[0].output, list | tuple):
        return []
    (backbone,) = inner
    return [backbone.get_layer(name).input for name in decoder.LATERALS]


def _around(network: Any, size: int, dropout: float, seed: int) -> Any:
    import keras

    pixels = keras.Input((None, None, 3), dtype="uint8", name="pixels")
    # Convert to float first: Keras' resize rounds uint8 input, but only when it runs eagerly.
    x = keras.layers.Rescaling(1.0, name="to_float")(pixels)
    x = keras.layers.Resizing(size, size, interpolation="bilinear", name="resize")(x)
    # Softsign: a few features that dominate on one surface must not outvote all others.
    x = network(x)
    if isinstance(x, list | tuple):
        x = keras.layers.GlobalAveragePooling2D(name="pool")(x[0])
    x = keras.layers.Activation("softsign", name="squash")(x)
    x = keras.layers.Dropout(dropout, seed=seed, name="dropout")(x)
    start = keras.initializers.GlorotUniform(seed=seed)
    probability = keras.layers.Dense(
        1, activation="sigmoid", kernel_initializer=start, name="head"
    )(x)
    return keras.Model(pixels, probability, name="crackscope")


def feature_extractor(model: Any) -> Any:
    """The part from pixels to pooled features (N, F), with shared weights."""
    import keras

    return keras.Model(model.input, model.get_layer("dropout").input, name="features")


def head_weights(model: Any) -> tuple[NDArray[np.float64], float]:
    """Kernel (F,) and bias of the logistic unit."""
    kernel, bias = model.get_layer("head").get_weights()
    return kernel[:, 0].astype(np.float64), float(bias[0])


def set_head(model: Any, kernel: NDArray[np.float64], bias: float) -> None:
    """Replace kernel (F,) and bias of the logistic unit."""
    model.get_layer("head").set_weights(
        [kernel[:, None].astype(np.float32), np.array([bias], np.float32)]
    )


def fold_temperature(model: Any, temperature: float) -> None:
    """Divide the logits by `temperature` (> 0) inside the head."""
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be finite and above 0. Received: {temperature}")
    kernel, bias = head_weights(model)
    set_head(model, kernel / temperature, bias / temperature)


def logits(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds, with probabilities clipped 1e-7 away from 0 and 1 (the precision of float32)."""
    return numerics.log_odds(probabilities, 1e-7)


def unfreeze(model: Any, fraction: float, keep_statistics: bool = True) -> None:
    """Make the top `fraction` (0 to 1) of the backbone's layers trainable.

    With `keep_statistics` batch norm stays frozen: the statistics of small batches of one surface
    would spoil those of a pretrained network.
    """
    import keras

    layers = _flat_layers(model.get_layer("backbone"))
    first = round(len(layers) * (1.0 - fraction))
    for index, layer in enumerate(layers):
        fixed = keep_statistics and isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = index >= first and not fixed and layer.name != "normalise"


def _flat_layers(network: Any) -> list[Any]:
    flat: list[Any] = []
    for layer in network.layers:
        flat += _flat_layers(layer) if hasattr(layer, "layers") else [layer]
    return flat


def round_weights(model: Any) -> None:
    """Round kernels to 13 significant bits: a relative error of 1e-4, and half the file size."""
    for variable in model.variables:
        if len(variable.shape) > 1:
            bits = np.asarray(variable, np.float32).view(np.uint32)
            half, mask = np.uint32(1 << _DROPPED >> 1), np.uint32(2**32 - (1 << _DROPPED))
            variable.assign(((bits + half) & mask).view(np.float32))


def save(model: Any, path: Path) -> None:
    """Write model.keras: the network without optimiser state, compressed, readable by Keras
    `keras_config.OLDEST` and newer."""
    import keras

    loose = path.with_name(f"loose-{path.name}")
    keras.Model(model.inputs, model.outputs, name=model.name).save(loose)
    keras_file.repack(loose, path)
    loose.unlink()


def load(path: Path) -> Any:
    """Read model.keras, checked and in safe mode, so that an untrusted file cannot run code.

    Raises BundleError if it is not a crackscope classifier.
    """
    import keras

    try:
        keras_file.check(path)
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        for name in ("backbone", "head"):
            model.get_layer(name)
    except Exception as error:  # for an inconsistent network Keras raises any kind
        raise BundleError(f"{path} cannot be read as a Keras model: {error}") from error
    return model
