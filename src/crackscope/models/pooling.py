"""Pool the features of cells into the logits of windows.

A window is a square of cells; its features are their mean, and the heads turn them into logits.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import numerics
from crackscope.grid import is_one_window
from crackscope.models.bundle import CELLS, Bundle
from crackscope.models.description import LARGEST

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pooling:
    """`side` × `side` cells of `stride` network pixels are a window of `window` photo pixels.

    `kernel` (F,) and `bias` are the logistic unit of the head; `material` (F + 1,), bias last, is
    the unit that tells whether a window shows concrete: empty if the network has none.
    """

    kernel: Floats
    bias: float
    stride: int
    side: int
    window: int
    material: Floats = field(default_factory=lambda: np.empty(0, np.float32))

    def cells(self, pixels: int, scale: float = 1.0) -> int:
        """The number of cells along a side of the photo: at least one window."""
        count = round(pixels * scale * self.side / self.window)
        return self.side if is_one_window(count, self.side) else count

    def logits(self, cells: Floats) -> Floats:
        """Features (R, C, F) of cells -> logits (R - side + 1, C - side + 1, H) of windows with a
        stride of one cell: of a crack and, if the network has that output, of concrete.

        Computed row by row, so that the rows of a window stay in the processor's cache.
        """
        kernels, biases = self._heads()
        held: deque[Floats] = deque()
        logits = []
        below = np.zeros(1, np.float32)
        for row in cells:
            held.append(row)
            below = below + row
            if len(held) > self.side:
                below -= held.popleft()
            if len(held) == self.side:
                logits.append(self._pooled(below) @ kernels + biases)
        return np.array(logits, np.float32)

    def _pooled(self, below: Floats) -> Floats:
        """The features of a row of windows, from column sums (C, F) of cells."""
        windows = len(below) - self.side + 1
        pooled = below[:windows].copy()
        for offset in range(1, self.side):
            pooled += below[offset : windows + offset]
        pooled /= np.abs(pooled) + self.side**2  # the mean, then softsign as in the network
        return pooled

    def _heads(self) -> tuple[Floats, Floats]:
        """Kernels (F, H) and biases (H,)."""
        heads = [np.append(self.kernel, np.float32(self.bias))]
        if len(self.material):
            heads.append(self.material)
        both = np.stack(heads, axis=1)
        return np.ascontiguousarray(both[:-1]), both[-1]

    def scores(self, cells: Floats) -> NDArray[np.float64]:
        """Features (R, C, F) of cells -> probabilities of a crack in the windows."""
        return probabilities(self.logits(cells)[..., 0])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The content of cells.npz."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Pooling":
        """The inverse of `to_arrays`; raises KeyError or ValueError for invalid arrays."""
        stride, side, window = (int(arrays[name]) for name in ("stride", "side", "window"))
        if min(stride, side, window) < 1 or max(stride, side, window) > LARGEST:
            raise ValueError(
                f"stride, side and window must be from 1 to {LARGEST}. "
                f"Received: {stride}, {side} and {window}"
            )
        kernel, material = arrays["kernel"], arrays.get("material", np.empty(0))
        if kernel.ndim != 1 or material.ndim != 1 or not len(kernel):
            raise ValueError(
                "kernel and material must have one axis. "
                f"Received: {kernel.shape} and {material.shape}"
            )
        if len(material) not in (0, len(kernel) + 1):
            raise ValueError(
                f"material must have {len(kernel) + 1} numbers. Received: {len(material)}"
            )
        parts = kernel.astype(np.float32), float(arrays["bias"]), stride, side, window
        return cls(*parts, material.astype(np.float32))


def probabilities(logits: Floats) -> NDArray[np.float64]:
    """Logits -> probabilities, in double precision."""
    return numerics.logistic(logits.astype(np.float64))


def load(bundle: Bundle) -> Pooling | None:
    """The bundle's pooling; None if its network can only score single windows."""
    return bundle.parsed(CELLS, Pooling.from_arrays)
