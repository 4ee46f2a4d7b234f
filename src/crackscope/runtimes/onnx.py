"""ONNX Runtime: what a plain install scores with."""

import logging
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crackscope import telemetry
from crackscope.config import Device, Precision
from crackscope.errors import BundleError, UsageError
from crackscope.models.bundle import ONNX, Bundle
from crackscope.runtimes import BLOCK, RUNTIMES, check_precision, network
from crackscope.runtimes.cut import Cut, cut

if TYPE_CHECKING:
    import onnxruntime

_log = logging.getLogger("crackscope")

BATCH = 2
"""Windows to a call of the session: the layers of more would fall out of the processor's cache."""
CELLS, SIZE = "cells", "size"
"""Names in the graph: the features of cells, and the height and width that it resizes to."""
_BLOCK_OF_PARTS = 96
"""Cells along a block whose fine layers are run in tiles."""
_CPU = "CPUExecutionProvider"
# TF32 would round scores to three digits. CoreML is left out, since it computes in half precision.
_GPUS: dict[str, dict[str, str]] = {
    "CUDAExecutionProvider": {"use_tf32": "0"},
    "MIGraphXExecutionProvider": {},
    "ROCMExecutionProvider": {},
    "DmlExecutionProvider": {},
}


@RUNTIMES.register("onnx")
class OnnxRuntime:
    """A session for windows, and one for blocks.

    With `threads=1` many threads share a session and each computes its own call, which is
    faster than many threads inside one call wherever there is more than one photo.
    """

    def __init__(
        self,
        bundle: Bundle,
        device: Device = "auto",
        threads: int = 1,
        precision: Precision = "f32",
    ) -> None:
        check_precision("onnx", precision, ("f32", "int8"))
        if precision == "int8" and device == "gpu":
            raise UsageError("precision int8 is for processors: use --device cpu, or f32")
        file = network(bundle, precision)
        self._graph = file.read_bytes()  # the file may be gone when the first large photo comes
        place: Device = "cpu" if precision == "int8" else device
        self._open = partial(open_session, bundle=bundle, device=place, threads=threads)
        self.provider, self._session = self._open(str(file))
        import onnxruntime  # not before open_session, which sees to its telemetry

        self.description = f"ONNX Runtime {onnxruntime.__version__}, {precision}"
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name  # a graph may give more than scores

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Windows (N, H, W, 3) uint8 RGB -> calibrated probabilities of a crack (N,) float64."""
        parts = [self._run(batch[i : i + BATCH]) for i in range(0, len(batch), BATCH)]
        return np.concatenate(parts)

    def cells(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """A block (h * stride, w * stride, 3) uint8 RGB, at the network's scale -> the features of
        its cells (h, w, F); for a bundle that has cells.npz."""
        return np.asarray(self._blocks[0](pixels)[0], np.float32)

    def block(self) -> int:
        """See `Runtime`: more where the fine layers are run in tiles."""
        return self._blocks[1]

    @cached_property
    def _blocks(self) -> tuple[Callable[[NDArray[np.uint8]], NDArray[np.float32]], int]:
        """What makes cells (1, h, w, F) of a block, and how large a block may be.

        Not before the first photo of several windows; a quarter of a second.
        """
        whole = Cut((), self._graph, self._input)
        found = (self.provider == _CPU and cut(self._graph, CELLS)) or whole
        *sessions, last = self._opened(*(part.graph for part in found.parts), found.rest)

        def cells(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
            made: NDArray[Any] = pixels[None]
            for part, session in zip(found.parts, sessions, strict=True):
                made = part.in_tiles(made, partial(_run, session, part.takes, part.gives))
            return _run(last, found.takes, CELLS, made)

        return cells, _BLOCK_OF_PARTS if found.parts else BLOCK

    def _opened(self, *graphs: str | bytes) -> "list[onnxruntime.InferenceSession]":
        return [self._open(graph, planned_memory=False)[1] for graph in graphs]

    def _run(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        (scores,) = self._session.run([self._output], {self._input: batch})
        return np.clip(np.asarray(scores, np.float64).reshape(len(batch)), 0.0, 1.0)


def _run(
    session: "onnxruntime.InferenceSession", takes: str, gives: str, picture: NDArray[Any]
) -> NDArray[np.float32]:
    """What a graph gives of pixels (1, H, W, 3) uint8, which keep their size, or of a map that
    another gave."""
    feeds = {takes: picture}
    if any(value.name == SIZE for value in session.get_overridable_initializers()):  # of pixels
        feeds[SIZE] = np.array(picture.shape[1:3], np.int64)
    (found,) = session.run([gives], feeds)
    return np.asarray(found)


def open_session(
    network: str | bytes, bundle: Bundle, device: Device, threads: int, planned_memory: bool = True
) -> "tuple[str, onnxruntime.InferenceSession]":
    """The provider that was found, and a session of `network`: a file, or its content.

    With `planned_memory` a call takes its memory in one piece, planned for its size of input, so
    that threads do not take each other's, which slows some runs by a quarter. For large inputs of
    many sizes that would hold half as much memory again, and gain nothing.
    """
    telemetry.switch_off()
    import onnxruntime

    telemetry.switch_off()  # once more, for the module that has just been imported
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = planned_memory
    options.log_severity_level = 3
    for provider in _providers(onnxruntime.get_available_providers(), device):
        wanted = [(provider, _GPUS.get(provider, {}))]
        try:
            session = onnxruntime.InferenceSession(network, options, providers=wanted)
        except Exception as error:  # the runtime has no common base for its errors
            if provider == _CPU:
                file = network if isinstance(network, str) else bundle.file(ONNX)
                raise BundleError(
                    f"{file} cannot be run by ONNX Runtime {onnxruntime.__version__}: {error}"
                ) from error
            continue
        if session.get_providers()[0] == provider:  # it falls back to the CPU without an error
            _log.debug("scoring with %s", provider)
            return provider, session
    raise UsageError(
        "device gpu was asked for, and the GPU could not be started: see to its driver and "
        "libraries, or use --device cpu"
    )


def _providers(available: list[str], device: Device) -> list[str]:
    """What to try, best first."""
    gpus = [name for name in _GPUS if name in available]
    if device == "gpu" and not gpus:
        raise UsageError(
            "device gpu was asked for, but the installed ONNX Runtime has none "
            f"(it has: {', '.join(available)}). Install onnxruntime-gpu (NVIDIA) or "
            "onnxruntime-directml (Windows) in place of onnxruntime, or use --device cpu"
        )
    return {"cpu": [_CPU], "gpu": gpus, "auto": [*gpus, _CPU]}[device]
