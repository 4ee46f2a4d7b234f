"""The classifier, which training changes and saves: a resize, a backbone, one logistic unit.

    uint8 (N, H, W, 3) RGB of any size -> resize to (size, size) -> backbone -> softsign -> dropout
    -> head -> (N, 1)

A backbone with lines gives a map of cells, which are averaged, and has a decoder in it, which is
kept with it and not asked.

The output is the calibrated probability of a crack: standardisation of features and temperature
are folded into the head, so that every runtime gives it without a step of its own.
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
"""Bits of a weight that are not kept, of the 24 that it has."""


def build(backbone: str, size: int, dropout: float, seed: int, imagenet: bool = False) -> Any:
    """A new classifier with a random head; raises UnknownNameError for an unknown backbone."""
    return _around(BACKBONES.get(backbone).build(size, imagenet), size, dropout, seed)


def build_with_lines(network: Any, size: int, dropout: float = 0.2, seed: int = 0) -> Any:
    """The classifier of a network that `training.lines` has trained, with its backbone and head."""
    model = _around(network.get_layer("backbone"), size, dropout, seed)
    set_head(model, *head_weights(network))
    return model


def levels(model: Any) -> list[Any]:
    """The maps that a decoder takes, at strides 4, 8, 16 and 32, as tensors inside of the layer
    "backbone"; none where it has no decoder."""
    inner = [layer for layer in model.layers if layer.name == "backbone"]
    if not inner or not isinstance(inner[0].output, list | tuple):
        return []
    (backbone,) = inner
    return [backbone.get_layer(name).input for name in decoder.LATERALS]


def _around(network: Any, size: int, dropout: float, seed: int) -> Any:
    import keras

    pixels = keras.Input((None, None, 3), dtype="uint8", name="pixels")
    # First to float: Keras' resize rounds what it gets as uint8, but only when it runs eagerly.
    x = keras.layers.Rescaling(1.0, name="to_float")(pixels)
    x = keras.layers.Resizing(size, size, interpolation="bilinear", name="resize")(x)
    # Softsign: a few features that shine on one surface must not outvote all others.
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
    """The part from pixels to pooled features (N, F), sharing the weights."""
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
        raise ValueError(f"a temperature must be finite and above 0; received {temperature}")
    kernel, bias = head_weights(model)
    set_head(model, kernel / temperature, bias / temperature)


def logits(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds, with probabilities kept 1e-7 away from 0 and 1 (float32 has no more)."""
    return numerics.log_odds(probabilities, 1e-7)


def unfreeze(model: Any, share: float, keep_statistics: bool = True) -> None:
    """Let fine-tuning change the top `share` (0 to 1) of the backbone's layers.

    With `keep_statistics` batch norm stays as it is: the statistics of small batches of one
    surface would spoil those of a pretrained network.
    """
    import keras

    layers = _flat_layers(model.get_layer("backbone"))
    first = round(len(layers) * (1.0 - share))
    for index, layer in enumerate(layers):
        fixed = keep_statistics and isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = index >= first and not fixed and layer.name != "normalise"


def _flat_layers(network: Any) -> list[Any]:
    flat: list[Any] = []
    for layer in network.layers:
        flat += _flat_layers(layer) if hasattr(layer, "layers") else [layer]
    return flat


def round_weights(model: Any) -> None:
    """Round kernels to 13 significant bits: 1e-4 of a weight, and a file shorter by half."""
    for variable in model.variables:
        if len(variable.shape) > 1:
            bits = np.asarray(variable, np.float32).view(np.uint32)
            half, mask = np.uint32(1 << _DROPPED >> 1), np.uint32(2**32 - (1 << _DROPPED))
            variable.assign(((bits + half) & mask).view(np.float32))


def save(model: Any, path: Path) -> None:
    """Write model.keras: the network alone, without the memory of an optimiser, compressed, and
    for every version of Keras from `keras_config.OLDEST` on."""
    import keras

    loose = path.with_name(f"loose-{path.name}")
    keras.Model(model.inputs, model.outputs, name=model.name).save(loose)
    keras_file.repack(loose, path)
    loose.unlink()


def load(path: Path) -> Any:
    """Read model.keras, checked and in safe mode: a file from elsewhere cannot run code.

    Raises BundleError for what is no classifier of ours.
    """
    import keras

    try:
        keras_file.check(path)
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        for name in ("backbone", "head"):
            model.get_layer(name)
    except Exception as error:  # of a network that does not fit together Keras raises any kind
        raise BundleError(f"{path} cannot be read as a Keras model: {error}") from error
    return model
