"""Distance of each pixel to the edge of a crack, for masks and overlays."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.types import Box, Line

_STEP = 0.5
"""Spacing in pixels of the discs that approximate a line. The error is not visible."""
_AT_ONCE = 2**21
"""Number of distances computed at once, to limit memory."""


@dataclass(frozen=True)
class Discs:
    """Lines as overlapping discs, sorted by y: centres and radii in pixels, each (N,)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    radius: NDArray[np.float64]

    @classmethod
    def of(cls, lines: Iterable[Line], scale: float = 1.0) -> "Discs":
        """Discs of lines (N, 3) of x, y and width, scaled by `scale`."""
        dense = [_dense(line * scale) for line in lines]
        discs = np.concatenate(dense) if dense else np.empty((0, 3))
        discs = discs[np.argsort(discs[:, 1], kind="stable")]
        return cls(discs[:, 0], discs[:, 1], discs[:, 2] / 2)

    def near(self, block: Box, reach: float) -> "Discs":
        """The discs within `reach` pixels of a block of the image."""
        far = reach + float(self.radius.max(initial=0.0))
        rows = slice(*np.searchsorted(self.y, (block.y0 - far, block.y1 + far)))
        x = self.x[rows]
        inside = (x >= block.x0 - far) & (x <= block.x1 + far)
        return Discs(x[inside], self.y[rows][inside], self.radius[rows][inside])

    def columns(self, block: Box) -> tuple[int, int]:
        """First and last column that the discs cover, within a block of the image."""
        first = np.floor((self.x - self.radius).min()) - 1
        last = np.ceil((self.x + self.radius).max()) + 1
        return int(np.clip(first, block.x0, block.x1 - 1)), int(
            np.clip(last, block.x0 + 1, block.x1)
        )


def distance(discs: Discs, block: Box, reach: float = 0.0) -> NDArray[np.float32]:
    """Distance of each pixel centre to the nearest edge of a line, negative inside.

    Returns (height, width) of `block`, infinite beyond `reach`. A line thinner than a pixel still
    fills the pixels that its centre runs through.
    """
    discs = discs.near(block, reach)
    found = np.full((block.height, block.width), np.inf, np.float32)
    # Discs of similar size together: each covers a square of pixels as large as needed.
    sides = np.ceil(discs.radius + reach + 0.5).astype(int)
    for side in np.unique(sides):
        chosen = np.flatnonzero(sides == side)
        for some in np.array_split(chosen, 1 + len(chosen) * (2 * side + 1) ** 2 // _AT_ONCE):
            _lower(found, block, discs, some, int(side))
    found[found > reach] = np.inf
    return found


def _lower(
    found: NDArray[np.float32], block: Box, discs: Discs, chosen: NDArray[np.intp], side: int
) -> None:
    """Lower `found` to the distances to some discs, within `side` pixels of each."""
    offsets = np.arange(-side, side + 1)
    columns = np.floor(discs.x[chosen]).astype(int)[:, None] + offsets
    rows = np.floor(discs.y[chosen]).astype(int)[:, None] + offsets
    across = columns + 0.5 - discs.x[chosen, None]
    down = rows + 0.5 - discs.y[chosen, None]
    radius = discs.radius[chosen, None, None]
    far = np.sqrt(down[:, :, None] ** 2 + across[:, None, :] ** 2) - radius
    far[:, side, side] = np.minimum(far[:, side, side], 0)  # the pixel that holds the centre
    rows, columns = rows - block.y0, columns - block.x0
    inside = ((rows >= 0) & (rows < block.height))[:, :, None] & (
        (columns >= 0) & (columns < block.width)
    )[:, None, :]
    places = (rows[:, :, None] * block.width + columns[:, None, :])[inside]
    np.minimum.at(found.ravel(), places, far[inside].astype(np.float32))


def _dense(line: Line) -> Line:
    """The line with points at most `_STEP` pixels apart."""
    steps = np.hypot(*np.diff(line[:, :2], axis=0).T)
    pieces = np.ceil(steps / _STEP).clip(1).astype(int)
    known = np.concatenate([[0], np.cumsum(pieces)])
    wanted = np.arange(known[-1] + 1)
    return np.stack([np.interp(wanted, known, column) for column in line.T], axis=1)
