"""Select the tiles of a photo to decode: those near a window with a high score.

Most of a sound photo is never decoded. Tiles are aligned to the photo, so that they do not depend
on the blocks in which it is computed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from crackscope.grid import with_halo

TILE = 8
"""Side of a tile in cells."""
_AROUND = 1
"""Cells around a tile that are also tested, for cracks that run into it."""
_MOST = 4
"""Tiles of a row that are decoded at once: more would not fit in the processor's cache."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Gate:
    """The operating point of the decoder: decode a tile from crack logit `ask` of the window
    around one of its cells, and a photo of one window from `score`."""

    ask: float
    score: float = 0.0

    def asks(self, logits: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which windows trigger the decoder."""
        return np.asarray(logits >= self.ask)


ALWAYS = Gate(-np.inf)
"""Decode everything."""


def runs(
    asking: NDArray[np.bool_], corner: Span, band: Span, part: Span
) -> Iterator[tuple[Span, Span]]:
    """Rows and columns of cells to decode: adjacent tiles of a row are merged.

    `asking` flags cells, the first at `corner` in the photo; it must include a margin of one cell
    around each tile. `band` and `part` are the rows and columns of the block, which start with a
    tile.
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
    """The tiles of a block along one axis; the last may be smaller."""
    return [(start, min(start + TILE, span[1])) for start in range(span[0], span[1], TILE)]


def _any(asking: NDArray[np.bool_], corner: Span, rows: Span, columns: Span) -> bool:
    near = (
        with_halo(start - first, stop - first, _AROUND, count)
        for (start, stop), first, count in zip((rows, columns), corner, asking.shape, strict=True)
    )
    return bool(asking[tuple(slice(*span) for span in near)].any())
