"""What runs a network: one class a runtime, one call from windows to probabilities.

A new runtime is one new file here, with its class under `@RUNTIMES.register("name")`. It imports
its library inside the class, so that looking for runtimes costs nothing.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crackscope.config import Device, Precision
from crackscope.errors import UsageError
from crackscope.models.bundle import Bundle
from crackscope.registry import Registry, import_plugins


class Runtime(Protocol):
    """A loaded network, ready to score; several threads may call it at once."""

    @property
    def description(self) -> str:
        """What computes, its version, and the precision that it computes in."""
        ...

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Windows (N, H, W, 3) uint8 RGB -> calibrated probabilities of a crack (N,) float64."""
        ...

    def cells(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """A block (h * stride, w * stride, 3) uint8 RGB, at the network's scale -> the features of
        its cells (h, w, F); for a bundle that has cells.npz."""
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


def check_f32(runtime: str, precision: Precision) -> None:
    """For a runtime that has no other precision."""
    if precision != "f32":
        raise UsageError(
            f"precision must be f32 for runtime {runtime}. Received: {precision!r}. "
            "Runtime openvino has bf16 too"
        )


RUNTIMES: Registry[RuntimeFactory] = Registry("runtime")


def discover() -> Registry[RuntimeFactory]:
    """The registry with every runtime of this folder in it."""
    import_plugins(__name__, __path__)
    return RUNTIMES
