"""OpenVINO runtime (extra `[openvino]`): the same scores in float32; optional bfloat16 and int8."""

from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import environment, extras
from crackscope.errors import BundleError, UsageError
from crackscope.models.bundle import Bundle
from crackscope.models.parts import CELLS, LEVELS, SIZE, Maps, Mosaic, Span
from crackscope.options import Device, Precision
from crackscope.runtimes import BLOCK, RUNTIMES, check_weights, decoder, network
from crackscope.runtimes.outputs import Decoder, computed, decode, no_decoder, scores

BATCH = 4
"""Windows per call: larger batches do not fit in the processor's cache."""
_PRECISION = "INFERENCE_PRECISION_HINT"


@RUNTIMES.register("openvino")
class OpenVinoRuntime:
    """The graph, compiled for the CPU in exactly the requested precision.

    The precision is always set, since OpenVINO defaults to half precision on CPUs that support it.
    Threads share the compiled network; each call uses its own infer request, since a request
    serves one thread at a time.
    """

    def __init__(
        self,
        bundle: Bundle,
        device: Device = "auto",
        threads: int = 1,
        precision: Precision = "f32",
    ) -> None:
        openvino: Any = extras.require("openvino", "openvino", "score with OpenVINO")
        core = openvino.Core()
        if device == "gpu":
            raise UsageError("runtime openvino runs on the CPU only. Use --device cpu or auto")
        check_processor(precision, core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
        file, lines = network(bundle, precision), decoder(bundle)
        # An int8 graph specifies its int8 operations; the hint is for all others.
        rest: Precision = "f32" if precision == "int8" else precision
        try:
            graph = core.read_model(_checked(file))
            self._size = size_as_input(openvino, graph)
            if len(graph.inputs) != (1 if self._size is None else 2):
                raise BundleError(
                    f"{file} must have one input, pixels. Received: {len(graph.inputs)} inputs"
                )
            if lines is not None:
                graph.add_outputs(list(LEVELS))
            compiled = core.compile_model(graph, "CPU", settings(threads, rest))
            self._network = _Compiled(compiled)
            self._decode: Decoder = no_decoder
            if lines is not None:
                model = core.compile_model(
                    core.read_model(_checked(lines)), "CPU", settings(threads, rest)
                )
                self._decode = partial(_first, _Compiled(model))
        except RuntimeError as error:
            raise BundleError(
                f"{file} cannot be run by OpenVINO {openvino.__version__}: {error}"
            ) from error
        used = compiled.get_property(_PRECISION).get_type_name()
        if used != rest:
            raise UsageError(
                f"OpenVINO must compute in {rest}. Received: {used}, chosen for this CPU. "
                "Use --runtime onnx"
            )
        self.description = f"OpenVINO {openvino.__version__.partition('-')[0]}, {precision}"
        # OpenVINO looks up numpy with its first array. If two threads do so at once they may
        # deadlock: one holds the GIL, the other waits for it inside C++.
        openvino.Tensor(np.zeros(1, np.uint8))

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Windows (N, H, W, 3) uint8 RGB -> calibrated probabilities of a crack (N,) float64."""
        found = []
        for start in range(0, len(batch), BATCH):
            part = batch[start : start + BATCH]
            (given,) = self._network(self._inputs(part, self._size), [0])
            found.append(scores(given, len(part)))
        return np.concatenate(found)

    def maps(self, pixels: NDArray[np.uint8]) -> Maps:
        """See `Runtime`; for the whole block at once."""
        names = LEVELS if self._decode is not no_decoder else ()
        size = np.array(pixels.shape[:2], np.int64)
        cells, *levels = self._network(self._inputs(pixels[None], size), [CELLS, *names])
        mosaics = map(Mosaic.whole, levels)
        return Maps(cells[0], dict(zip(names, mosaics, strict=True)))

    def lines(
        self, pixels: NDArray[np.uint8], maps: Maps, rows: Span, columns: Span
    ) -> NDArray[np.float32]:
        """See `Runtime`."""
        return decode(self._decode, pixels, maps, rows, columns)

    def block(self) -> int:
        """See `Runtime`."""
        return BLOCK

    def _inputs(
        self, pixels: NDArray[np.uint8], size: NDArray[np.int64] | None
    ) -> list[NDArray[Any]]:
        return [pixels] if self._size is None or size is None else [pixels, size]


def _checked(file: Path) -> bytes:
    """The content of a graph with inline weights: OpenVINO would open any file that it names."""
    content = file.read_bytes()
    check_weights(content, file)
    return content


class _Compiled:
    """A compiled graph and its idle infer requests."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._idle: deque[Any] = deque()

    def __call__(self, inputs: Any, outputs: Sequence[int | str]) -> list[NDArray[np.float32]]:
        """The outputs of the graph for inputs given in order or by name."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._model.create_infer_request()
        found = computed(lambda: request.infer(inputs, share_inputs=True, share_outputs=True))
        # copied before another thread takes the request
        copies = [np.array(found[output], np.float32) for output in outputs]
        self._idle.append(request)
        return copies


def _first(compiled: _Compiled, feeds: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    return compiled(dict(feeds), [0])[0]


def check_processor(precision: Precision, capabilities: list[str]) -> None:
    """Raise UsageError if the CPU could only emulate the precision."""
    if precision == "bf16" and "BF16" not in capabilities:
        raise UsageError(
            "--precision bf16: this CPU does not support bfloat16 "
            f"(available: {', '.join(capabilities)}). Use --precision f32"
        )


def size_as_input(openvino: Any, network: Any) -> NDArray[np.int64] | None:
    """Turn the resize size of the graph back into an input; returns its default.

    OpenVINO reads an input with a default as a constant. None if the graph has no such input.
    """
    for node in network.get_ops():
        if node.get_type_name() == "Constant" and SIZE in node.output(0).get_names():
            size = openvino.opset13.parameter([2], openvino.Type.i64, SIZE)
            node.output(0).replace(size.output(0))
            network.add_parameters([size])
            return np.array(node.data, np.int64)
    return None


def settings(threads: int, precision: Precision) -> dict[str, Any]:
    """Compile options: as many parallel calls as cores allow, and no thread pinned to a core,
    since photos are decoded and written at the same time."""
    streams = max(1, environment.cores() // threads)
    return {
        _PRECISION: precision,
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": streams * threads,
        "ENABLE_CPU_PINNING": False,
        # OpenVINO would cache kernels per input size: 0.5 GB more after 240 sizes.
        "CPU_RUNTIME_CACHE_CAPACITY": 0,
    }
