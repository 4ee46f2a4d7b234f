"""Wide cracks: both edges found by themselves, and folded into a profile of a narrow one.

Across a wide crack there is ground, an edge, the inside, an edge and ground; either side may be
lit in its own way. Where the middle is cut out, what is left is measured as other profiles are:
its width and the length that was cut out are the width.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.profiles import Whole
from crackscope.measurement.seen import Floats, Singles

WIDE_PX = 10.0
"""Above it a crack is measured by its edges."""
INSIDE_PX = 5.0
"""Of the inside that is kept next to each edge."""
_GROUND_PX = 12
"""Of ground that is seen beyond each edge."""
_LEAST_CONTRAST = 0.15
"""Of an inside against its ground, below which there is no edge."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges of M wide cracks: (M,) each.

    `left` and `right`, pixels from the middle, left negative; `uneven`, how unevenly the inside is
    lit, as a fraction of the ground's grey value; `seen`, whether there are both.
    """

    left: Floats
    right: Floats
    uneven: Floats
    seen: NDArray[np.bool_]

    def offsets(self, reach: int) -> Floats:
        """(M, 2 reach + 1) where a folded profile takes its samples."""
        outer = np.arange(-reach, 1) + INSIDE_PX
        return np.concatenate(
            [self.left[:, None] + outer, self.right[:, None] - outer[:0:-1]], axis=1
        )

    @property
    def cut(self) -> Floats:
        """(M,) pixels that a folded profile lacks: it goes on one pixel from its left half."""
        return self.right - self.left - 2 * INSIDE_PX - 1


def classes(width_px: Floats) -> Iterator[tuple[Whole, int]]:
    """The members of each class of widths, and how many pixels to either side they are seen."""
    reach = np.ceil(0.75 * width_px) + _GROUND_PX
    size = np.exp2(np.ceil(np.log2(np.maximum(reach, 1)))).astype(np.int64)
    for one in np.unique(size):
        yield np.flatnonzero(size == one), int(one)


def found(values: Singles, width_px: Floats) -> Edges:
    """The edges of M wide cracks by grey values (M, N) across them, N odd, the crack's middle in
    the middle to about a third of its width; `width_px` (M,) is about how wide they are."""
    middle = values.shape[1] // 2
    place = np.arange(-middle, middle + 1)
    inner = np.abs(place) <= np.maximum(width_px[:, None] / 5, 1)
    inside = _mean_where(values, inner)
    spread = np.sqrt(np.maximum(_mean_where(np.square(values), inner) - np.square(inside), 0))
    right, ground, seen = _edge(values[:, middle:], inside, width_px)
    left, other, too = _edge(values[:, middle::-1], inside, width_px)
    uneven = spread / np.maximum((ground + other) / 2, 1e-9)
    return Edges(-left, right, uneven, seen & too)


def _edge(
    outwards: Singles, inside: Floats, width_px: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """(M,) pixels from the middle to the edge on one side, the ground beyond it, and whether there
    is one; `outwards` (M, K) grey values from the middle."""
    step = np.arange(outwards.shape[1])
    far = width_px[:, None] * 0.5
    beyond = (step >= far + 3) & (step <= far + 3 + _GROUND_PX)
    ground = _median_where(outwards, beyond)
    level = (inside + ground) / 2
    above = outwards > level[:, None]
    stays = above[:, :-1] & above[:, 1:]
    first = np.maximum(stays.argmax(axis=1), 1)
    row = np.arange(len(outwards))
    low, high = outwards[row, first - 1], outwards[row, first]
    part = np.clip((level - low) / np.maximum(high - low, 1e-6), 0, 1)
    contrast = 1 - inside / np.maximum(ground, 1e-9)
    seen = stays.any(axis=1) & ~stays[:, 0] & (contrast >= _LEAST_CONTRAST)
    return first - 1 + part, ground, seen


def _mean_where(values: NDArray[np.floating], chosen: NDArray[np.bool_]) -> Floats:
    return np.asarray((values * chosen).sum(axis=1) / np.maximum(chosen.sum(axis=1), 1))


def _median_where(values: Singles, chosen: NDArray[np.bool_]) -> Floats:
    """(M,) the median of the chosen values of each row; where none is, the row's last."""
    ordered = np.sort(np.where(chosen, values, np.inf), axis=1)
    count = chosen.sum(axis=1)
    row = np.arange(len(values))
    middle = ordered[row, np.maximum(count - 1, 0) // 2]
    return np.asarray(np.where(count > 0, middle, values[:, -1]), np.float64)
