"""From a function of TensorFlow to an ONNX graph."""

import logging
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crackscope import extras
from crackscope.errors import UsageError

if TYPE_CHECKING:
    from onnx import ModelProto

_OPSET = 18


def trace(function: Callable[..., Any], inputs: Sequence[Any]) -> "ModelProto":
    """The graph of what `function` does with tensors like `inputs`, which are TensorSpecs.

    Raises UsageError for operations that ONNX does not know.
    """
    extras.require("tf2onnx", "train", "write ONNX")
    import tensorflow as tf
    import tf2onnx

    inference = tf.function(function)
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)  # what it says is said below
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tf2onnx asks numpy for aliases that are gone
        model, _ = tf2onnx.convert.from_function(inference, list(inputs), opset=_OPSET)
    _keep_constants(model.graph, inference.get_concrete_function(*inputs).graph.captures)
    return model


def check(model: "ModelProto") -> None:
    """Raise UsageError where the graph is not valid."""
    import onnx

    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        reason = str(error).splitlines()[0]
        raise UsageError(
            f"this network cannot be written as ONNX, which inspect needs: {reason}. "
            "Choose another backbone"
        ) from error


def _keep_constants(graph: Any, captures: Any) -> None:
    """Constants that a layer holds outside of its weights: tf2onnx takes them for inputs."""
    from onnx import numpy_helper

    values = {inside.name: outside for outside, inside in captures}
    for entry in [entry for entry in graph.input if entry.name in values]:
        graph.input.remove(entry)
        graph.initializer.append(numpy_helper.from_array(values[entry.name].numpy(), entry.name))
