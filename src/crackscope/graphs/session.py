"""Run a whole graph in ONNX Runtime, for comparisons and to compute features."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackscope import environment, telemetry
from crackscope.models.parts import PIXELS

Batch = NDArray[np.uint8]
"""Patches or windows (N, H, W, 3), RGB."""


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
