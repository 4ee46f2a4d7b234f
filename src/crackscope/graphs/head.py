"""Read and replace the head inside model.onnx.

The rest of the graph is unchanged, so that an adapted model is the same network up to its last
unit, without tracing it again.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.errors import UsageError

Floats = NDArray[np.float64]

FEATURES, _OUTPUT = "features", "output"
"""Names in the graph of the head's input and output."""


@dataclass(frozen=True)
class _Place:
    """Names of the two initializers of the head."""

    kernel: str
    bias: str


def read(path: Path) -> tuple[Floats, float]:
    """Kernel (F,) and bias of the logistic unit of the graph at `path`."""
    onnx = extras.require("onnx", "train", "adapt a model")
    graph = onnx.load(path).graph
    place, arrays = _find(graph, path), _arrays(graph)
    kernel = onnx.numpy_helper.to_array(arrays[place.kernel])
    bias = onnx.numpy_helper.to_array(arrays[place.bias])
    return kernel.reshape(-1).astype(np.float64), float(bias.reshape(()))


def add(source: Path, path: Path, kernel: NDArray[np.float64], bias: float) -> None:
    """Append a logistic unit with kernel (F,) and `bias` to the features of `source`.

    A head can thus be trained on the features of a graph and then added to it; tracing the whole
    network again would take seconds.
    """
    onnx = extras.require("onnx", "train", "write ONNX")
    from onnx import helper, numpy_helper

    model = onnx.load(source)
    graph = model.graph
    weights = {"head_kernel": kernel[:, None], "head_bias": np.array([bias])}
    graph.initializer.extend(
        numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()
    )
    graph.node.append(helper.make_node("Gemm", [FEATURES, *weights], ["logit"], "head"))
    graph.node.append(helper.make_node("Sigmoid", ["logit"], [_OUTPUT], "probability"))
    others = [value for value in graph.output if value.name != FEATURES]
    del graph.output[:]
    output = helper.make_tensor_value_info(_OUTPUT, onnx.TensorProto.FLOAT, [None, 1])
    graph.output.extend([output, *others])
    onnx.checker.check_model(model)
    onnx.save(model, path)


def replace(source: Path, path: Path, kernel: Floats, bias: float) -> None:
    """Write the graph of `source` to `path` with another kernel (F,) and bias."""
    onnx = extras.require("onnx", "train", "adapt a model")
    model = onnx.load(source)
    place, arrays = _find(model.graph, source), _arrays(model.graph)
    for name, value in ((place.kernel, kernel), (place.bias, np.array(bias))):
        shaped = value.astype(np.float32).reshape(tuple(arrays[name].dims))
        arrays[name].CopyFrom(onnx.numpy_helper.from_array(shaped, name))
    onnx.checker.check_model(model)
    onnx.save(model, path)


def _arrays(graph: Any) -> dict[str, Any]:
    return {entry.name: entry for entry in graph.initializer}


def _find(graph: Any, path: Path) -> _Place:
    """Walk back from the first output: sigmoid, then a dense layer with constant weights."""
    makers = {name: node for node in graph.node for name in node.output}
    constant = _arrays(graph)

    def maker(name: str, *kinds: str) -> Any:
        node = makers.get(name)
        while node is not None and node.op_type in ("Reshape", "Squeeze", "Identity"):
            node = makers.get(node.input[0])
        return node if node is not None and node.op_type in kinds else None

    sigmoid = maker(graph.output[0].name, "Sigmoid")
    dense = maker(sigmoid.input[0], "Gemm", "Add") if sigmoid is not None else None
    if dense is not None and dense.op_type == "Gemm" and len(dense.input) == 3:
        place: _Place | None = _Place(dense.input[1], dense.input[2])
    elif dense is not None and dense.op_type == "Add":
        bias, before = sorted(dense.input, key=lambda name: name not in constant)
        product = maker(before, "MatMul")
        place = None if product is None else _Place(product.input[1], bias)
    else:
        place = None
    if place is None or place.kernel not in constant or place.bias not in constant:
        raise UsageError(
            f"{path} does not end in a logistic unit with constant weights, so its head cannot be "
            "adapted. Use a model made by `crackscope train`, in full precision"
        )
    return place
