"""Inference backends: one class per runtime, one call from windows to probabilities.

To add a runtime, add a file here named after it, with its class under
`@RUNTIMES.register("name")`. Import its library inside the class, so that listing the runtimes
stays fast.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import BundleError, UsageError
from crackscope.models import untrusted
from crackscope.models.bundle import INT8, LINES, ONNX, Bundle
from crackscope.models.parts import Maps, Span
from crackscope.options import Device, Precision
from crackscope.registry import Registry

BLOCK = 48
"""Side of a block in cells: larger blocks spend less on halos, and more memory on early layers."""


class Network(Protocol):
    """Computes the maps of a block, and decodes lines from them."""

    def maps(self, pixels: NDArray[np.uint8]) -> Maps:
        """A block (h * stride, w * stride, 3) uint8 RGB, at the network's scale -> the features of
        its cells, and the input of `lines`; requires a bundle with cells.npz."""
        ...

    def lines(
        self, pixels: NDArray[np.uint8], maps: Maps, rows: Span, columns: Span
    ) -> NDArray[np.float32]:
        """Crack logits at the places of some cells of a block, see `outputs.decode`; requires a
        bundle with lines.onnx."""
        ...


class Runtime(Network, Protocol):
    """A loaded network, ready to score and safe to call from several threads."""

    @property
    def description(self) -> str:
        """Name, version and precision of the runtime."""
        ...

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Windows (N, H, W, 3) uint8 RGB -> calibrated probabilities of a crack (N,) float64."""
        ...

    def block(self) -> int:
        """The preferred side of a block for `maps`, in cells."""
        ...


class RuntimeFactory(Protocol):
    """Creates a runtime from a bundle."""

    def __call__(
        self,
        bundle: Bundle,
        device: Device = "auto",
        threads: int = 1,
        precision: Precision = "f32",
    ) -> Runtime:
        """Load the bundle's network; `threads` compute one call.

        Raises UsageError if it cannot compute in `precision`: it never falls back to another.
        """
        ...


def network(bundle: Bundle, precision: Precision) -> Path:
    """The graph for a precision; raises UsageError for int8 if the model has no int8 graph."""
    if precision != "int8":
        return bundle.file(ONNX)
    if not bundle.has(INT8):
        raise UsageError(
            f"precision must be f32 for model {bundle.name}. Received: 'int8', but the model has "
            f"no {INT8}: it failed the accuracy check, or predates int8 support"
        )
    return bundle.file(INT8)


def decoder(bundle: Bundle) -> Path | None:
    """The graph of the decoder, shared by all precisions; None for a model without lines."""
    return bundle.file(LINES) if bundle.has(LINES) else None


def check_weights(graph: bytes, file: Path, known: Collection[str] = ()) -> None:
    """Raise BundleError if `graph`, the content of `file`, is not ONNX, or reads weights from files
    other than those `known`, which no checksum covers."""
    try:
        others = sorted(untrusted.external_files(graph) - set(known))
    except ValueError as error:
        raise BundleError(f"{file} cannot be run: {error}") from error
    if others:
        raise BundleError(
            f"{file} must contain its weights. Received: a graph that reads them from "
            f"{', '.join(map(repr, others[:3]))}. The model is not trusted"
        )


def check_precision(runtime: str, precision: Precision, known: Sequence[Precision]) -> None:
    """Raise UsageError for a precision that a runtime does not support."""
    if precision not in known:
        raise UsageError(
            f"precision must be {' or '.join(known)} for runtime {runtime}. "
            f"Received: {precision!r}. Use openvino for bf16, onnx or openvino for int8"
        )


RUNTIMES: Registry[RuntimeFactory] = Registry("runtime", __name__)
