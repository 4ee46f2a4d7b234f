"""Where in a photo the decoder is asked for lines: in tiles of cells near to which a window scores.

Most of a sound photo is never decoded. Tiles have their places in the photo, so that they do not
depend on the blocks in which it is computed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from crackscope.grid import with_halo

TILE = 8
"""Cells along a tile."""
_AROUND = 1
"""Cells around a tile in which a crack may begin that runs into it."""
_MOST = 4
"""Tiles of a row that are decoded at once: more would fall out of the processor's cache."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Gate:
    """The operating point: from which logit of a crack, of the window around a cell, its tile is
    decoded; and from which `score` on a photo of one window is."""

    ask: float
    score: float = 0.0

    def asks(self, logits: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which windows ask."""
        return np.asarray(logits >= self.ask)


ALWAYS = Gate(-np.inf)
"""Everything is decoded."""


def runs(
    asking: NDArray[np.bool_], corner: Span, band: Span, part: Span
) -> Iterator[tuple[Span, Span]]:
    """Rows and columns of cells to decode: tiles of a row that lie side by side, together.

    `asking` are cells, of which the first has the place `corner` in the photo, `band` and `part`
    the rows and columns of the block, which begin with a tile. What lies up to a cell around a tile
    must be among the cells.
    """
    for rows in tiles(band):
        wanted = [columns for columns in tiles(part) if _any(asking, corner, rows, columns)]
        together = groupby(enumerate(wanted), lambda pair: pair[1][0] // TILE - pair[0])
        for _, group in together:
            row = [columns for _, columns in group]
            for first in range(0, len(row), _MOST):
                few = row[first : first + _MOST]
                yield rows, (few[0][0], few[-1][1])


def tiles(span: Span) -> list[Span]:
    """The tiles of a block along one side; the last may be smaller."""
    return [(start, min(start + TILE, span[1])) for start in range(span[0], span[1], TILE)]


def _any(asking: NDArray[np.bool_], corner: Span, rows: Span, columns: Span) -> bool:
    near = (
        with_halo(start - first, stop - first, _AROUND, count)
        for (start, stop), first, count in zip((rows, columns), corner, asking.shape, strict=True)
    )
    return bool(asking[tuple(slice(*span) for span in near)].any())
