"""HDF5 (.h5), for older Keras code."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from crackscope import extras
from crackscope.exporting.contract import FORMATS, Format, Scores
from crackscope.graphs.session import Batch
from crackscope.models import keras_config

NOTES = (
    f"Requires Keras {keras_config.OLDEST} or newer; Keras 2 cannot read it. Input: raw RGB, "
    "0 to 255, (N, H, W, 3) of any size. Do not scale the pixels: for values scaled to 0 to 1 or "
    "-1 to 1 the model returns NaN."
)
_STEEP, _BEYOND = 8.0, 3e38
"""Chosen so that a value 1 outside the valid range overflows single precision."""


def write(model: Any, path: Path) -> None:
    """Write a classifier as one .h5 file, which returns NaN for pixels that are not 0 to 255."""
    h5py: Any = extras.require("h5py", "train", "write HDF5")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        guarded(model).save(path)
    with h5py.File(path, "r+") as file:
        config = keras_config.plain(json.loads(file.attrs["model_config"]))
        file.attrs["model_config"] = json.dumps(config).encode()


def guarded(model: Any) -> Any:
    """A classifier for float pixels (N, H, W, 3) that returns NaN if they were scaled.

    Otherwise Keras would silently truncate fractions to 0. Built from layers, since .h5 files
    store nothing else; softsign of infinity is NaN.
    """
    import keras
    from keras import layers

    pixels = keras.Input((None, None, 3), name="pixels")
    score: Any = pixels
    for layer in model.layers[1:]:
        score = layer(score)
        score = score[0] if isinstance(score, list | tuple) else score
    highest, lowest = _highest(pixels), _highest(layers.Rescaling(-1.0)(pixels))
    beyond = [
        layers.Rescaling(-_STEEP, 1.5 * _STEEP)(highest),
        layers.Rescaling(_STEEP, -255.5 * _STEEP)(highest),
        layers.Rescaling(_STEEP)(lowest),
    ]
    wrong = layers.Add(name="not_pixels")([layers.ReLU()(each) for each in beyond])
    nothing = layers.Activation("softsign", name="nan_or_0")(layers.Rescaling(_BEYOND)(wrong))
    return keras.Model(pixels, layers.Add(name="score")([score, nothing]), name=model.name)


def _highest(pixels: Any) -> Any:
    """(N, 1): the highest value of each image."""
    from keras import layers

    channels = layers.Reshape((3, 1))(layers.GlobalMaxPooling2D()(pixels))
    return layers.GlobalMaxPooling1D()(channels)


def score(path: Path, batch: Batch) -> Scores:
    """(N, H, W, 3) uint8 -> (N,) through Keras and the .h5 file."""
    import keras

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    return np.asarray(model.predict_on_batch(batch), np.float64).reshape(-1)


FORMATS.register("h5")(Format("model.h5", write, score, NOTES))
