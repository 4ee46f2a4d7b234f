"""What runs a network: one class a runtime, one call from windows to probabilities.

A new runtime is one new file here, named after it, with its class under
`@RUNTIMES.register("name")`. It imports its library inside the class, so that listing the runtimes
costs nothing.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import BundleError, UsageError
from crackscope.graphs import external
from crackscope.graphs.maps import Maps, Span
from crackscope.models.bundle import INT8, LINES, ONNX, Bundle
from crackscope.options import Device, Precision
from crackscope.registry import Registry

BLOCK = 48
"""Cells along a block: larger ones have less halo, and larger maps of the network's fine layers."""


class Runtime(Protocol):
    """A loaded network, ready to score; several threads may call it at once."""

    @property
    def description(self) -> str:
        """What computes, its version, and the precision that it computes in."""
        ...

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Windows (N, H, W, 3) uint8 RGB -> calibrated probabilities of a crack (N,) float64."""
        ...

    def maps(self, pixels: NDArray[np.uint8]) -> Maps:
        """A block (h * stride, w * stride, 3) uint8 RGB, at the network's scale -> the features of
        its cells, and what `lines` takes; for a bundle that has cells.npz."""
        ...

    def lines(
        self, pixels: NDArray[np.uint8], maps: Maps, rows: Span, columns: Span
    ) -> NDArray[np.float32]:
        """Logits of a crack at the places of some cells of a block, see `decoding.decode`; for a
        bundle that has lines.onnx."""
        ...

    def block(self) -> int:
        """How many cells along a side of a block `maps` is best given."""
        ...


class RuntimeFactory(Protocol):
    """How a runtime is made from a bundle."""

    def __call__(
        self,
        bundle: Bundle,
        device: Device = "auto",
        threads: int = 1,
        precision: Precision = "f32",
    ) -> Runtime:
        """Load the bundle's network; `threads` is how many compute one call.

        Raises UsageError where it cannot compute in `precision`: it never takes another one.
        """
        ...


def network(bundle: Bundle, precision: Precision) -> Path:
    """The graph to compute in a precision; raises UsageError where the model has none for int8."""
    if precision != "int8":
        return bundle.file(ONNX)
    if not bundle.has(INT8):
        raise UsageError(
            f"precision must be f32 for model {bundle.name}. Received: 'int8', and it has no "
            f"{INT8}: its scores did not hold, or it was made before there were any"
        )
    return bundle.file(INT8)


def decoder(bundle: Bundle) -> Path | None:
    """The graph of the decoder, of all precisions; None for a model without lines."""
    return bundle.file(LINES) if bundle.has(LINES) else None


def check_weights(graph: bytes, file: Path, known: Collection[str] = ()) -> None:
    """Raise BundleError where the content of `file` is no ONNX graph, or takes weights from files
    other than those `known`: no checksum covers them."""
    try:
        others = sorted(external.files(graph) - set(known))
    except ValueError as error:
        raise BundleError(f"{file} cannot be run: {error}") from error
    if others:
        raise BundleError(
            f"{file} must hold its weights itself. Received: a graph that takes them from "
            f"{', '.join(map(repr, others[:3]))}. The model is not trusted"
        )


def check_precision(runtime: str, precision: Precision, known: Sequence[Precision]) -> None:
    """Raise UsageError for a precision that a runtime has no way to compute in."""
    if precision not in known:
        raise UsageError(
            f"precision must be {' or '.join(known)} for runtime {runtime}. "
            f"Received: {precision!r}. Runtime openvino has bf16, onnx and openvino have int8"
        )


RUNTIMES: Registry[RuntimeFactory] = Registry("runtime", __name__)
