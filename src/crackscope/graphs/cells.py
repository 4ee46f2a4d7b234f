"""Prepare the ONNX graph to run over a whole photo rather than single windows.

A network ends in the mean over a map of cells. If the graph outputs that map and takes its resize
size as an input, windows can be pooled from cells that are computed once (`scoring.scoremap`).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crackscope import environment, telemetry
from crackscope.models.parts import CELLS, SIZE
from crackscope.models.pooling import Pooling

if TYPE_CHECKING:
    from onnx import GraphProto

_PARITY = 1e-4
_PER_CELL = ("Softsign", "Identity")


def expose(graph: "GraphProto", features: str) -> None:
    """Add the map whose mean is `features` as an output, and the resize size as an input with a
    default. A graph of another form is left unchanged."""
    from onnx import TensorProto, helper

    makers = {name: node for node in graph.node for name in node.output}
    mean = makers.get(features)
    while mean is not None and mean.op_type in _PER_CELL:
        mean = makers.get(mean.input[0])
    resize = [node for node in graph.node if node.op_type == "Resize"]
    if mean is None or mean.op_type != "ReduceMean" or len(resize) != 1:
        return
    sizes = makers.get(resize[0].input[-1])
    if sizes is None or sizes.op_type != "Concat":
        return
    if sizes.input[-1] not in {entry.name for entry in graph.initializer}:
        return
    rename(graph, mean.input[0], CELLS)
    rename(graph, sizes.input[-1], SIZE)
    graph.input.append(helper.make_tensor_value_info(SIZE, TensorProto.INT64, [2]))
    shape = [None, None, None, None]
    graph.output.append(helper.make_tensor_value_info(CELLS, TensorProto.FLOAT, shape))


def rename(graph: "GraphProto", old: str, new: str) -> None:
    """Rename a value of the graph in all nodes that produce or use it."""
    for node in graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                if name == old:
                    names[place] = new
    for entry in graph.initializer:
        if entry.name == old:
            entry.name = new


def pooling(
    path: Path, pixels: NDArray[np.uint8], kernel: NDArray[np.float64], bias: float, size: int
) -> Pooling | None:
    """How cells of the graph at `path` are pooled to windows like `pixels` (N, H, W, 3); None if
    the graph has no cells, or a window is not a whole number of them.

    Verified on `pixels`: the pooled cells of a single window must reproduce its score.
    """
    telemetry.switch_off()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = environment.cores()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    outputs = [value.name for value in session.get_outputs()]
    if CELLS not in outputs:
        return None
    scores, cells = session.run([outputs[0], CELLS], {session.get_inputs()[0].name: pixels})
    side = cells.shape[1]
    if cells.shape[1:3] != (side, side) or size % side or not _grows(session, pixels, size, side):
        return None
    found = Pooling(kernel.astype(np.float32), bias, size // side, side, pixels.shape[1])
    pooled = np.array([found.scores(one)[0, 0] for one in cells])
    return found if np.abs(pooled - scores[:, 0]).max() <= _PARITY else None


def _grows(session: Any, pixels: NDArray[np.uint8], size: int, side: int) -> bool:
    """Whether twice the size gives twice the cells, so that no layer has a fixed size."""
    twice = np.array([2 * size, 2 * size], np.int64)
    try:
        (cells,) = session.run([CELLS], {session.get_inputs()[0].name: pixels[:1], SIZE: twice})
    except Exception:  # noqa: BLE001  # ORT's errors have no common base
        return False
    return bool(cells.shape[1:3] == (2 * side, 2 * side))
