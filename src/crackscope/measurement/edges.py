"""Wide cracks: detects both edges, and folds the profile into that of a narrow crack.

A profile of a wide crack consists of ground, edge, inside, edge and ground, with uneven light. The
middle is cut out, and the rest is measured like other profiles: the width is the measured width
plus the length cut out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.measurement.seen import Floats, Singles, Whole

WIDE_PX = 10.0
"""Cracks wider than this are measured by their edges."""
INSIDE_PX = 5.0
"""Length of the inside that is kept next to each edge."""
_GROUND_PX = 12
"""Length of the ground that is used beyond each edge."""
_LEAST_CONTRAST = 0.15
"""Minimum contrast between inside and ground for an edge."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges of M wide cracks: (M,) each.

    `left` and `right` in pixels from the middle, left negative; `uneven`, the unevenness of the
    inside as a fraction of the ground's grey value; `seen`, whether both edges were found.
    """

    left: Floats
    right: Floats
    uneven: Floats
    seen: NDArray[np.bool_]

    def offsets(self, reach: int) -> Floats:
        """(M, 2 reach + 1) sample positions of the folded profiles."""
        outer = np.arange(-reach, 1) + INSIDE_PX
        return np.concatenate(
            [self.left[:, None] + outer, self.right[:, None] - outer[:0:-1]], axis=1
        )

    @property
    def cut(self) -> Floats:
        """(M,) pixels cut out of the folded profiles; the halves are one pixel apart."""
        return self.right - self.left - 2 * INSIDE_PX - 1


def classes(width_px: Floats) -> Iterator[tuple[Whole, int]]:
    """The members of each width class, and the half-length of their profiles in pixels."""
    reach = np.ceil(0.75 * width_px) + _GROUND_PX
    size = np.exp2(np.ceil(np.log2(np.maximum(reach, 1)))).astype(np.int64)
    for one in np.unique(size):
        yield np.flatnonzero(size == one), int(one)


def found(values: Singles, width_px: Floats) -> Edges:
    """Find the edges of M wide cracks in grey values (M, N) across them, N odd.

    The crack is centred to about a third of its width; `width_px` (M,) are approximate widths.
    """
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
    """(M,) distance from the middle to the edge on one side, the ground beyond, and if it exists.

    `outwards` (M, K) are the grey values from the middle outwards.
    """
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
    """(M,) median of the chosen values of each row; the row's last value if none is chosen."""
    ordered = np.sort(np.where(chosen, values, np.inf), axis=1)
    count = chosen.sum(axis=1)
    row = np.arange(len(values))
    middle = ordered[row, np.maximum(count - 1, 0) // 2]
    return np.asarray(np.where(count > 0, middle, values[:, -1]), np.float64)
