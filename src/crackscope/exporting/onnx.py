"""ONNX: the graph that `inspect` runs, resize and normalisation inside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import environment, extras, telemetry
from crackscope.exporting import cells, levels
from crackscope.exporting.contract import FORMATS, Batch, Format, Scores
from crackscope.exporting.tracing import check, trace
from crackscope.models import classifier

PIXELS = "pixels"
"""Name of the input."""
_FEATURES, _OUTPUT = "features", "output"


def write(model: Any, path: Path) -> None:
    """Write a classifier as ONNX: input `pixels`, batch, height and width free, `output` (N, 1)."""
    write_features(model, path)
    add_head(path, path, *classifier.head_weights(model))


def write_features(model: Any, path: Path) -> None:
    """Write the part of a classifier up to its head: `pixels` to `features` (N, F).

    Dropout is off and batch norm fixed. Where the network allows it, it can be run over a whole
    photo, too (see `exporting.cells`); the maps that a decoder takes have names of their own.
    Raises UsageError for a network with operations that ONNX does not know.
    """
    extras.require("tf2onnx", "train", "write ONNX")
    import onnx
    import tensorflow as tf

    pixels = tf.TensorSpec((None, None, None, 3), tf.uint8, name=PIXELS)
    graph = trace(levels.with_features(model, _FEATURES), [pixels])
    levels.name_inside(graph.graph)
    cells.open_up(graph.graph, _FEATURES)
    check(graph)
    onnx.save(graph, path)


def add_head(source: Path, path: Path, kernel: NDArray[np.float64], bias: float) -> None:
    """Put the logistic unit of kernel (F,) and `bias` behind the features of `source`.

    So a head can be trained on the features of a graph and then join it: tracing the whole
    network again would take seconds.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(source)
    graph = model.graph
    weights = {"head_kernel": kernel[:, None], "head_bias": np.array([bias])}
    graph.initializer.extend(
        numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()
    )
    graph.node.append(helper.make_node("Gemm", [_FEATURES, *weights], ["logit"], "head"))
    graph.node.append(helper.make_node("Sigmoid", ["logit"], [_OUTPUT], "probability"))
    others = [value for value in graph.output if value.name != _FEATURES]
    del graph.output[:]
    output = helper.make_tensor_value_info(_OUTPUT, onnx.TensorProto.FLOAT, [None, 1])
    graph.output.extend([output, *others])
    onnx.checker.check_model(model)
    onnx.save(model, path)


def runner(path: Path, threads: int | None = None) -> Callable[[Batch], NDArray[np.float32]]:
    """A function from uint8 (N, H, W, 3) to the graph's first output; `threads` None: all cores."""
    telemetry.switch_off()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or environment.cores()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    first = session.get_outputs()[0].name
    return lambda batch: np.asarray(session.run([first], {PIXELS: batch})[0])


def score(path: Path, batch: Batch) -> Scores:
    """(N, H, W, 3) uint8 -> (N,) through ONNX Runtime."""
    return runner(path)(batch).reshape(-1).astype(np.float64)


FORMATS.register("onnx")(Format("model.onnx", write, score))
