"""ONNX: the graph that `inspect` runs, resize and normalisation inside."""

import logging
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras, telemetry
from crackscope.exporting.contract import FORMATS, Batch, Format, Scores


def write(model: Any, path: Path) -> None:
    """Write a Keras model as ONNX, input `pixels`, batch, height and width free."""
    extras.require("tf2onnx", "train", "write ONNX")
    import onnx

    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tf2onnx asks numpy for aliases that are gone
        inference = _inference_only(model)
        inference.export(path, format="onnx", verbose=False)
    graph = onnx.load(path)
    _rename(graph.graph, graph.graph.input[0].name, "pixels")
    _rename(graph.graph, graph.graph.output[0].name, "output")
    onnx.checker.check_model(graph)
    onnx.save(graph, path)


def _inference_only(model: Any) -> Any:
    """The model with dropout off and batch norm fixed, which Keras' export does not see to."""
    import keras

    fixed = keras.Model(model.input, model(model.input, training=False))
    fixed(np.zeros((1, 64, 64, 3), np.uint8))  # Keras exports only what was called once
    return fixed


def _rename(graph: Any, old: str, new: str) -> None:
    for value in [*graph.input, *graph.output]:
        value.name = new if value.name == old else value.name
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]


def runner(path: Path, threads: int = 0) -> Callable[[Batch], NDArray[np.float32]]:
    """A function from uint8 (N, H, W, 3) to the graph's output, on `threads` cores (0: all)."""
    telemetry.switch_off()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda batch: np.asarray(session.run(None, {"pixels": batch})[0])


def score(path: Path, batch: Batch) -> Scores:
    """(N, H, W, 3) uint8 -> (N,) through ONNX Runtime."""
    return runner(path)(batch).reshape(-1).astype(np.float64)


FORMATS.register("onnx")(Format("model.onnx", write, score))
