"""ONNX Runtime: what a plain install scores with."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from crackscope import telemetry
from crackscope.errors import BundleError, UsageError
from crackscope.graphs.maps import Maps, Span
from crackscope.graphs.names import CELLS, LINES, SIZE
from crackscope.graphs.parts import Part, Run, encode, of_bundle
from crackscope.models.bundle import Bundle
from crackscope.options import Device, Precision
from crackscope.runtimes import (
    BLOCK,
    RUNTIMES,
    check_precision,
    check_weights,
    decoder,
    network,
)
from crackscope.runtimes.decoding import Run as Decode
from crackscope.runtimes.decoding import decode, no_decoder
from crackscope.runtimes.outputs import computed, scores

if TYPE_CHECKING:
    import onnxruntime

_log = logging.getLogger("crackscope")

BATCH = 2
"""Windows to a call of the session: the layers of more would fall out of the processor's cache."""
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
        file, lines = network(bundle, precision), decoder(bundle)
        place: Device = "cpu" if precision == "int8" else device
        self._open = partial(open_session, device=place, threads=threads)
        # The files may be gone when the first large photo comes.
        self._content = _Content(
            file,
            file.read_bytes(),
            [(part, bundle.file(part.file).read_bytes()) for part in of_bundle(bundle, precision)],
            lines,
            None if lines is None else lines.read_bytes(),
        )
        self.provider, self._session = self._open(self._content.whole, file)
        import onnxruntime  # not before open_session, which sees to its telemetry

        self.description = f"ONNX Runtime {onnxruntime.__version__}, {precision}"
        self._input = pixels_of(self._session, file)
        self._output = self._session.get_outputs()[0].name  # a graph may give more than scores

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Windows (N, H, W, 3) uint8 RGB -> calibrated probabilities of a crack (N,) float64."""
        parts = [self._run(batch[i : i + BATCH]) for i in range(0, len(batch), BATCH)]
        return np.concatenate(parts)

    def maps(self, pixels: NDArray[np.uint8]) -> Maps:
        """See `Runtime`: in parts, on a processor in tiles."""
        parts, runs, _ = self._opened
        return encode(parts, runs, pixels, tiled=self.provider == _CPU)

    def lines(
        self, pixels: NDArray[np.uint8], maps: Maps, rows: Span, columns: Span
    ) -> NDArray[np.float32]:
        """See `Runtime`."""
        return decode(self._opened[2], pixels, maps, rows, columns)

    def block(self) -> int:
        """See `Runtime`: more where the fine layers are run in tiles."""
        tiled = self.provider == _CPU and len(self._opened[0]) > 1
        return _BLOCK_OF_PARTS if tiled else BLOCK

    @cached_property
    def _opened(self) -> tuple[list[Part], list[Run], Decode]:
        """The parts of the network, and what runs them and the decoder; not before the first photo
        of several windows, since it takes a quarter of a second."""
        content = self._content
        whole = Part(content.file.name, self._input, CELLS, rows=1)
        parts = content.parts or [(whole, content.whole)]
        return [part for part, _ in parts], [self._part(*part) for part in parts], self._decoder()

    def _part(self, part: Part, graph: bytes) -> Run:
        content = self._content
        weights = {content.file.name: content.whole} if content.parts else {}
        file = content.file.with_name(part.file)
        _, session = self._open(graph, file, planned_memory=False, weights=weights)
        sized = any(value.name == SIZE for value in session.get_overridable_initializers())

        def run(taken: NDArray[Any]) -> Sequence[NDArray[Any]]:
            feeds = {part.takes: taken}
            if sized:  # pixels keep their size
                feeds[SIZE] = np.array(taken.shape[1:3], np.int64)
            made = computed(lambda: session.run(part.outputs, feeds))
            return cast(Sequence[NDArray[Any]], made)

        return run

    def _decoder(self) -> Decode:
        content = self._content
        if content.decoder is None or content.decoder_file is None:
            return no_decoder
        _, session = self._open(content.decoder, content.decoder_file, planned_memory=False)
        return lambda feeds: np.asarray(computed(lambda: session.run([LINES], dict(feeds)))[0])

    def _run(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        (found,) = computed(lambda: self._session.run([self._output], {self._input: batch}))
        return scores(found, len(batch))


@dataclass(frozen=True)
class _Content:
    """The files of a model, held: the graph `file` as a `whole`, its parts, and the decoder."""

    file: Path
    whole: bytes
    parts: list[tuple[Part, bytes]]
    decoder_file: Path | None
    decoder: bytes | None


def open_session(
    network: bytes,
    file: Path,
    device: Device,
    threads: int,
    planned_memory: bool = True,
    weights: Mapping[str, bytes] | None = None,
) -> "tuple[str, onnxruntime.InferenceSession]":
    """The provider that was found, and a session of `network`, the content of `file`. `weights`
    are the files, by name, into which the graph may point: a graph that points to another one, or
    cannot be run, is a BundleError.

    With `planned_memory` a call takes its memory in one piece, planned for its size of input, so
    that threads do not take each other's, which slows some runs by a quarter. For large inputs of
    many sizes that would hold half as much memory again, and gain nothing.
    """
    check_weights(network, file, weights or {})
    telemetry.switch_off()
    import onnxruntime

    telemetry.switch_off()  # once more, for the module that has just been imported
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = planned_memory
    options.log_severity_level = 3
    options.add_session_config_entry("session.load_model_format", "ONNX")  # not its own, unchecked
    if weights:
        options.add_external_initializers_from_files_in_memory(
            list(weights), list(weights.values()), [len(content) for content in weights.values()]
        )
    for provider in _providers(onnxruntime.get_available_providers(), device):
        wanted = [(provider, _GPUS.get(provider, {}))]
        try:
            session = onnxruntime.InferenceSession(network, options, providers=wanted)
        except Exception as error:  # the runtime has no common base for its errors
            if provider == _CPU:
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


def pixels_of(session: "onnxruntime.InferenceSession", file: Path) -> str:
    """The name of the one input of a graph; raises BundleError where it takes something else."""
    found = [(value.name, value.type, len(value.shape)) for value in session.get_inputs()]
    if [kind for _, *kind in found] != [["tensor(uint8)", 4]]:
        raise BundleError(
            f"{file} must take one input, uint8 pixels (N, H, W, 3). Received: "
            + ", ".join(f"{name!r}, {kind} of {axes} axes" for name, kind, axes in found)
        )
    return str(found[0][0])


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
