"""ONNX Runtime, the inference backend of a plain install."""

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
from crackscope.models.bundle import Bundle
from crackscope.models.parts import CELLS, LINES, SIZE, Maps, Part, Run, Span, encode, of_bundle
from crackscope.options import Device, Precision
from crackscope.runtimes import (
    BLOCK,
    RUNTIMES,
    check_precision,
    check_weights,
    decoder,
    network,
)
from crackscope.runtimes.outputs import Decoder, computed, decode, no_decoder, scores

if TYPE_CHECKING:
    import onnxruntime

_log = logging.getLogger("crackscope")

BATCH = 2
"""Windows per session call: the layers of more would not fit in the processor's cache."""
_BLOCK_OF_PARTS = 96
"""Side of a block in cells if its early layers run in tiles."""
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
    """A session for windows, and sessions for the parts of a block.

    With `threads=1` many threads share a session and each computes its own call, which for more
    than one photo is faster than many threads inside one call.
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
            raise UsageError("precision int8 runs on the CPU only. Use --device cpu, or f32")
        file, lines = network(bundle, precision), decoder(bundle)
        place: Device = "cpu" if precision == "int8" else device
        self._open = partial(open_session, device=place, threads=threads)
        # Read now: the files may be gone by the first large photo.
        self._content = _Content(
            file,
            file.read_bytes(),
            [(part, bundle.file(part.file).read_bytes()) for part in of_bundle(bundle, precision)],
            lines,
            None if lines is None else lines.read_bytes(),
        )
        self.provider, self._session = self._open(self._content.whole, file)
        import onnxruntime  # after open_session, which switches off its telemetry

        self.description = f"ONNX Runtime {onnxruntime.__version__}, {precision}"
        self._input = pixels_of(self._session, file)
        self._output = self._session.get_outputs()[0].name  # a graph may have more outputs

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Windows (N, H, W, 3) uint8 RGB -> calibrated probabilities of a crack (N,) float64."""
        parts = [self._run(batch[i : i + BATCH]) for i in range(0, len(batch), BATCH)]
        return np.concatenate(parts)

    def maps(self, pixels: NDArray[np.uint8]) -> Maps:
        """See `Runtime`; in parts, and on the CPU in tiles."""
        parts, runs, _ = self._opened
        return encode(parts, runs, pixels, tiled=self.provider == _CPU)

    def lines(
        self, pixels: NDArray[np.uint8], maps: Maps, rows: Span, columns: Span
    ) -> NDArray[np.float32]:
        """See `Runtime`."""
        return decode(self._opened[2], pixels, maps, rows, columns)

    def block(self) -> int:
        """See `Runtime`; larger if the early layers run in tiles."""
        tiled = self.provider == _CPU and len(self._opened[0]) > 1
        return _BLOCK_OF_PARTS if tiled else BLOCK

    @cached_property
    def _opened(self) -> tuple[list[Part], list[Run], Decoder]:
        """The parts of the network, and the functions that run them and the decoder. Opened for
        the first photo of several windows, since this takes a quarter of a second."""
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

    def _decoder(self) -> Decoder:
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
    """The files of a model in memory: the `whole` graph `file`, its parts, and the decoder."""

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
    """The execution provider, and a session of `network`, the content of `file`. `weights` are the
    files, by name, that the graph may refer to. Raises BundleError for a graph that refers to any
    other file or cannot be run.

    With `planned_memory` a call allocates its memory in one piece, planned for its input size, so
    that threads do not compete for it, which slows some runs by a quarter. For large inputs of
    many sizes this would hold 50 % more memory without being faster.
    """
    check_weights(network, file, weights or {})
    telemetry.switch_off()
    import onnxruntime

    telemetry.switch_off()  # again, for the module that was just imported
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
        except Exception as error:  # ONNX Runtime's errors have no common base
            if provider == _CPU:
                raise BundleError(
                    f"{file} cannot be run by ONNX Runtime {onnxruntime.__version__}: {error}"
                ) from error
            continue
        if session.get_providers()[0] == provider:  # it falls back to the CPU without an error
            _log.debug("scoring with %s", provider)
            return provider, session
    raise UsageError(
        "--device gpu: the GPU failed to initialise. Check its driver and libraries, or use "
        "--device cpu"
    )


def pixels_of(session: "onnxruntime.InferenceSession", file: Path) -> str:
    """The name of a graph's only input; raises BundleError for any other signature."""
    found = [(value.name, value.type, len(value.shape)) for value in session.get_inputs()]
    if [kind for _, *kind in found] != [["tensor(uint8)", 4]]:
        raise BundleError(
            f"{file} must have one input, uint8 pixels (N, H, W, 3). Received: "
            + ", ".join(f"{name!r}, {kind} with {axes} axes" for name, kind, axes in found)
        )
    return str(found[0][0])


def _providers(available: list[str], device: Device) -> list[str]:
    """The execution providers to try, best first; raises UsageError for a GPU without one."""
    gpus = [name for name in _GPUS if name in available]
    if device == "gpu" and not gpus:
        raise UsageError(
            "--device gpu: the installed ONNX Runtime does not support a GPU "
            f"(available: {', '.join(available)}). Replace onnxruntime by onnxruntime-gpu (NVIDIA) "
            "or onnxruntime-directml (Windows), or use --device cpu"
        )
    return {"cpu": [_CPU], "gpu": gpus, "auto": [*gpus, _CPU]}[device]
