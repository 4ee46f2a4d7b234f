"""How far each pixel is from the edge of a crack: what masks and overlays are drawn from."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.types import Box, Line

_STEP = 0.5
"""Pixels between the discs that a line is made of: what is left out between two is not seen."""
_AT_ONCE = 2**21
"""Distances that are computed together: little memory."""


@dataclass(frozen=True)
class Discs:
    """Lines as discs, side by side, from top to bottom: centres and radii in pixels, each (N,)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    radius: NDArray[np.float64]

    @classmethod
    def of(cls, lines: Iterable[Line], scale: float = 1.0) -> "Discs":
        """Lines (N, 3) of x, y and width, drawn `scale` times as large."""
        dense = [_dense(line * scale) for line in lines]
        discs = np.concatenate(dense) if dense else np.empty((0, 3))
        discs = discs[np.argsort(discs[:, 1], kind="stable")]
        return cls(discs[:, 0], discs[:, 1], discs[:, 2] / 2)

    def near(self, part: Box, reach: float) -> "Discs":
        """Those that come within `reach` pixels of a part of the picture."""
        far = reach + float(self.radius.max(initial=0.0))
        rows = slice(*np.searchsorted(self.y, (part.y0 - far, part.y1 + far)))
        x = self.x[rows]
        inside = (x >= part.x0 - far) & (x <= part.x1 + far)
        return Discs(x[inside], self.y[rows][inside], self.radius[rows][inside])

    def columns(self, part: Box) -> tuple[int, int]:
        """From where to where they reach, within a part of the picture."""
        first = np.floor((self.x - self.radius).min()) - 1
        last = np.ceil((self.x + self.radius).max()) + 1
        return int(np.clip(first, part.x0, part.x1 - 1)), int(np.clip(last, part.x0 + 1, part.x1))


def distance(discs: Discs, part: Box, reach: float = 0.0) -> NDArray[np.float32]:
    """The distance of each pixel's centre to the nearest edge of a line, below 0 within.

    (height, width) of `part`, a part of the picture; infinite where it is more than `reach`. A line
    thinner than a pixel still fills those that its middle runs through.
    """
    discs = discs.near(part, reach)
    found = np.full((part.height, part.width), np.inf, np.float32)
    # Discs of about one size together: each looks at a square of pixels as large as it needs.
    sides = np.ceil(discs.radius + reach + 0.5).astype(int)
    for side in np.unique(sides):
        chosen = np.flatnonzero(sides == side)
        for some in np.array_split(chosen, 1 + len(chosen) * (2 * side + 1) ** 2 // _AT_ONCE):
            _lower(found, part, discs, some, int(side))
    found[found > reach] = np.inf
    return found


def _lower(
    found: NDArray[np.float32], part: Box, discs: Discs, chosen: NDArray[np.intp], side: int
) -> None:
    """Enter the distances to some discs, each in a square of `side` pixels to all sides."""
    offsets = np.arange(-side, side + 1)
    columns = np.floor(discs.x[chosen]).astype(int)[:, None] + offsets
    rows = np.floor(discs.y[chosen]).astype(int)[:, None] + offsets
    across = columns + 0.5 - discs.x[chosen, None]
    down = rows + 0.5 - discs.y[chosen, None]
    radius = discs.radius[chosen, None, None]
    far = np.sqrt(down[:, :, None] ** 2 + across[:, None, :] ** 2) - radius
    far[:, side, side] = np.minimum(far[:, side, side], 0)  # the pixel that the middle lies in
    rows, columns = rows - part.y0, columns - part.x0
    inside = ((rows >= 0) & (rows < part.height))[:, :, None] & (
        (columns >= 0) & (columns < part.width)
    )[:, None, :]
    places = (rows[:, :, None] * part.width + columns[:, None, :])[inside]
    np.minimum.at(found.ravel(), places, far[inside].astype(np.float32))


def _dense(line: Line) -> Line:
    """The line with points at most `_STEP` pixels apart."""
    steps = np.hypot(*np.diff(line[:, :2], axis=0).T)
    pieces = np.ceil(steps / _STEP).clip(1).astype(int)
    known = np.concatenate([[0], np.cumsum(pieces)])
    wanted = np.arange(known[-1] + 1)
    return np.stack([np.interp(wanted, known, column) for column in line.T], axis=1)
