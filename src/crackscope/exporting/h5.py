"""HDF5, the format of older Keras code."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.exporting.contract import FORMATS, Batch, Format, Scores


def write(model: Any, path: Path) -> None:
    """Write a Keras model as one .h5 file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)


def score(path: Path, batch: Batch) -> Scores:
    """(N, H, W, 3) uint8 -> (N,) through Keras and the .h5 file."""
    import keras

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    return np.asarray(model.predict_on_batch(batch), np.float64).reshape(-1)


FORMATS.register("h5")(Format("model.h5", write, score))
