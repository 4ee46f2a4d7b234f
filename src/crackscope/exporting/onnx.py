"""ONNX: the graph that `inspect` runs, resize and normalisation included."""

from pathlib import Path
from typing import Any

import numpy as np

from crackscope import extras
from crackscope.exporting.contract import FORMATS, Format, Scores
from crackscope.graphs import cells, head, levels, session
from crackscope.graphs.head import FEATURES
from crackscope.graphs.session import Batch
from crackscope.graphs.tracing import check, trace
from crackscope.models import classifier
from crackscope.models.parts import PIXELS


def write(model: Any, path: Path) -> None:
    """Write a classifier as ONNX: `pixels` with dynamic batch, height and width -> `output`
    (N, 1)."""
    write_features(model, path)
    head.add(path, path, *classifier.head_weights(model))


def write_features(model: Any, path: Path) -> None:
    """Write the part of a classifier up to its head: `pixels` to `features` (N, F).

    Dropout is off and batch norm fixed. If the network allows it, the graph can also run over a
    whole photo (see `graphs.cells`); the maps that feed a decoder are named.
    Raises UsageError for a network with operations that ONNX does not support.
    """
    extras.require("tf2onnx", "train", "write ONNX")
    import onnx
    import tensorflow as tf

    pixels = tf.TensorSpec((None, None, None, 3), tf.uint8, name=PIXELS)
    graph = trace(levels.with_features(model, FEATURES), [pixels])
    levels.name_inside(graph.graph)
    cells.expose(graph.graph, FEATURES)
    check(graph)
    onnx.save(graph, path)


def score(path: Path, batch: Batch) -> Scores:
    """(N, H, W, 3) uint8 -> (N,) through ONNX Runtime."""
    return session.runner(path)(batch).reshape(-1).astype(np.float64)


FORMATS.register("onnx")(Format("model.onnx", write, score))
