"""What runs a network: one class a runtime, one call from windows to probabilities.

A new runtime is one new file here, with its class under `@RUNTIMES.register("name")`. It imports
its library inside the class, so that looking for runtimes costs nothing.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from crackscope.config import Device
from crackscope.models.bundle import Bundle
from crackscope.registry import Registry, import_plugins


class Runtime(Protocol):
    """A loaded network, ready to score; several threads may call it at once."""

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Windows (N, H, W, 3) uint8 RGB -> calibrated probabilities of a crack (N,) float64."""
        ...


class RuntimeFactory(Protocol):
    """How a runtime is made from a bundle."""

    def __call__(self, bundle: Bundle, device: Device = "auto", threads: int = 1) -> Runtime:
        """Load the bundle's network; `threads` is how many compute one call."""
        ...


RUNTIMES: Registry[RuntimeFactory] = Registry("runtime")


def discover() -> Registry[RuntimeFactory]:
    """The registry with every runtime of this folder in it."""
    import_plugins(__name__, __path__)
    return RUNTIMES
