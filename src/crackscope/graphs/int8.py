"""Static int8 quantisation of the graph, the fastest precision on CPUs.

By ONNX Runtime: 8-bit activations and 7-bit weights per channel, since sums of 8-bit weights
overflow on CPUs without VNNI, and scores would depend on the machine
(https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html). A clip is folded
into the output range of the convolution before it, which saves a conversion to float and back. The
first convolutions stay in float, since their errors propagate through all later layers.
"""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from crackscope import extras, telemetry
from crackscope.graphs import session
from crackscope.graphs.session import Batch
from crackscope.models.parts import PIXELS

_WARNINGS, _ERRORS = 2, 3
"""ONNX Runtime's log severities; the first is its default."""


def write(source: Path, path: Path, batches: Sequence[Batch], in_float: int) -> None:
    """Write the int8 form of the ONNX graph at `source`, with the same inputs and outputs.

    Activation ranges are calibrated on `batches` of patches (N, H, W, 3). Everything up to the
    first `in_float` convolutions stays in float.
    """
    library = extras.require("onnx", "train", "write int8")
    telemetry.switch_off()
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory() as folder, _hushed():
        named, prepared = Path(folder) / "named.onnx", Path(folder) / "prepared.onnx"
        library.save(_named(library.load(source)), named)
        quant_pre_process(str(named), str(prepared), skip_symbolic_shape=True)
        nodes = library.load(prepared).graph.node
        places = [place for place, node in enumerate(nodes) if node.op_type == "Conv"]
        first = nodes[: places[in_float]] if in_float < len(places) else nodes
        quantization.quantize_static(
            str(prepared),
            str(path),
            _CalibrationData(batches),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Clip", "Add"],
            nodes_to_exclude=[node.name for node in first],
            per_channel=True,
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )


def difference(source: Path, path: Path, batches: Sequence[Batch]) -> float:
    """Root mean square difference of the scores of two graphs on batches of patches."""
    scores = [
        np.concatenate([score(batch).reshape(-1) for batch in batches])
        for score in (session.runner(source), session.runner(path))
    ]
    return float(np.sqrt(np.mean(np.square(scores[0] - scores[1]))))


class _CalibrationData:
    """Batches of patches, through the interface that ONNX Runtime expects."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self._batches = iter(batches)

    def get_next(self) -> dict[str, Batch] | None:
        """The next batch, keyed by input name; None after the last."""
        batch = next(self._batches, None)
        return None if batch is None else {PIXELS: batch}


def _named(model: Any) -> Any:
    """The graph with a name for every node: nodes are excluded from quantisation by name."""
    for number, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type}_{number}"
    return model


@contextmanager
def _hushed() -> Iterator[None]:
    """Silence the root logger, and keep the quantisation from adding a handler to it."""
    import onnxruntime

    root, silent, before = logging.getLogger(), logging.NullHandler(), logging.root.manager.disable
    root.addHandler(silent)
    logging.disable(logging.WARNING)
    onnxruntime.set_default_logger_severity(_ERRORS)
    try:
        yield
    finally:
        onnxruntime.set_default_logger_severity(_WARNINGS)
        logging.disable(before)
        root.removeHandler(silent)
