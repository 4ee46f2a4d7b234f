"""int8: the graph with small integers for weights and activations, which processors do fastest.

Static quantisation by ONNX Runtime: activations of 8 bits, weights of 7 to a channel, since with 8
sums overflow on processors without VNNI, and a score would depend on the machine
(https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html). A clip goes into
the range of the convolution before it, which costs nothing, where in between small integers would
be made floats and floats small integers again. The first convolutions stay in float: what is lost
there is lost for all that follow.
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
from crackscope.graphs.names import PIXELS
from crackscope.graphs.session import Batch

_WARNINGS, _ERRORS = 2, 3
"""ONNX Runtime's own severities; the first is what it starts with."""


def write(source: Path, path: Path, pictures: Sequence[Batch], in_float: int) -> None:
    """Write the int8 form of the ONNX graph at `source`; its inputs and outputs stay the same.

    The ranges of its activations are those that `pictures`, batches of (N, H, W, 3), give;
    all before the convolution after the first `in_float` is left as it is.
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
            _Pictures(pictures),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Clip", "Add"],
            nodes_to_exclude=[node.name for node in first],
            per_channel=True,
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )


def difference(source: Path, path: Path, pictures: Sequence[Batch]) -> float:
    """How far the scores of two graphs differ on batches of pictures: root mean square."""
    scores = [
        np.concatenate([score(batch).reshape(-1) for batch in pictures])
        for score in (session.runner(source), session.runner(path))
    ]
    return float(np.sqrt(np.mean(np.square(scores[0] - scores[1]))))


class _Pictures:
    """Batches of pictures, as the quantisation asks for them."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self._batches = iter(batches)

    def get_next(self) -> dict[str, Batch] | None:
        """The next batch by the name of the input; None after the last."""
        batch = next(self._batches, None)
        return None if batch is None else {PIXELS: batch}


def _named(model: Any) -> Any:
    """The graph, every node with a name: by names the quantisation leaves nodes out."""
    for number, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type}_{number}"
    return model


@contextmanager
def _hushed() -> Iterator[None]:
    """Nothing of what the quantisation tells the root logger, nor a handler that this would add."""
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
