"""Extract the features before a network's last layer, to fit a new head on."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.errors import BundleError
from crackscope.models.bundle import ONNX, Bundle
from crackscope.options import Device
from crackscope.runtimes import check_weights
from crackscope.runtimes.onnx import BATCH, open_session, pixels_of
from crackscope.runtimes.outputs import computed, finite, scores

if TYPE_CHECKING:
    from onnx import GraphProto

_LINEAR = ("Gemm", "MatMul")


class OnnxFeatures:
    """A session on model.onnx that returns features and scores in one pass.

    With `threads=1` several threads share the session, as in OnnxRuntime. Raises BundleError for a
    network that does not end in a linear layer.
    """

    def __init__(self, bundle: Bundle, device: Device = "auto", threads: int = 1) -> None:
        onnx = extras.require("onnx", "evaluate", "extract the features of a model")
        file = bundle.file(ONNX)
        content = file.read_bytes()
        check_weights(content, file)
        model = onnx.load_model_from_string(content)
        names = head_inputs(model.graph)
        if not names:
            raise BundleError(
                f"{file} does not end in a linear layer ({', '.join(_LINEAR)}), so its features "
                "cannot be extracted. Use another model"
            )
        self._outputs = [*names, model.graph.output[0].name]
        for name in names:
            value = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
            model.graph.output.append(value)
        network = model.SerializeToString()
        self.provider, self._session = open_session(network, file, device, threads)
        self._input = pixels_of(self._session, file)

    def __call__(self, batch: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Windows (N, H, W, 3) uint8 RGB -> features (N, F) float32, probabilities (N,) float64."""
        parts = [self._run(batch[i : i + BATCH]) for i in range(0, len(batch), BATCH)]
        features, found = zip(*parts, strict=True)
        return np.concatenate(features), np.concatenate(found)

    def _run(self, batch: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        *features, found = computed(lambda: self._session.run(self._outputs, {self._input: batch}))
        rows = [np.asarray(part, np.float32).reshape(len(batch), -1) for part in features]
        return finite("features", np.concatenate(rows, axis=1)), scores(found, len(batch))


def head_inputs(graph: "GraphProto") -> list[str]:
    """Inputs of the last linear layer, or layers if several branches end in one score.

    Empty if a path from the output back to the pixels has no linear layer.
    """
    makers = {name: node for node in graph.node for name in node.output}
    constants = {value.name for value in graph.initializer}
    constants |= {name for name, node in makers.items() if node.op_type == "Constant"}
    found: list[str] = []
    waiting = [graph.output[0].name]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        node: Any = makers.get(name)
        if node is None:
            return []
        inputs = [part for part in node.input if part and part not in constants | seen]
        if node.op_type in _LINEAR:
            found += inputs[:1]
        else:
            waiting += inputs
        seen.update(inputs)
    return found
