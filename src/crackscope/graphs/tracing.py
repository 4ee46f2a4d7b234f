"""Convert a TensorFlow function to an ONNX graph."""

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
    """The ONNX graph of `function` for `inputs`, which are TensorSpecs.

    Raises UsageError if tf2onnx is not installed.
    """
    extras.require("tf2onnx", "train", "write ONNX")
    import tensorflow as tf
    import tf2onnx

    inference = tf.function(function)
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)  # `check` reports its errors
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tf2onnx uses numpy aliases that were removed
        model, _ = tf2onnx.convert.from_function(inference, list(inputs), opset=_OPSET)
    _keep_constants(model.graph, inference.get_concrete_function(*inputs).graph.captures)
    return model


def check(model: "ModelProto") -> None:
    """Raise UsageError for an invalid graph, such as one with operations that ONNX lacks."""
    import onnx

    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        reason = str(error).splitlines()[0]
        raise UsageError(
            f"this network cannot be exported to ONNX, which inspect requires: {reason}. "
            "Use another backbone"
        ) from error


def _keep_constants(graph: Any, captures: Any) -> None:
    """Restore constants that a layer stores outside its weights: tf2onnx makes them inputs."""
    from onnx import numpy_helper

    values = {inside.name: outside for outside, inside in captures}
    for entry in [entry for entry in graph.input if entry.name in values]:
        graph.input.remove(entry)
        graph.initializer.append(numpy_helper.from_array(values[entry.name].numpy(), entry.name))
