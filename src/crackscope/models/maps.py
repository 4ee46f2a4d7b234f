"""The feature maps of a block of a photo: their names and sizes, and access to regions of them.

Names and sizes are shared by the networks in Keras, their graphs, and the runtimes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

PIXELS, SIZE, CELLS, CROP, LINES = "pixels", "size", "cells", "crop", "lines"
"""Names in the graphs: the input image, the height and width that it is resized to, the features
of cells, the decoder's crop and its output."""
STRIDES = (4, 8, 16)
"""Strides of the maps that feed the decoder besides the cells, in network pixels."""
LEVELS = tuple(f"level_{stride}" for stride in STRIDES)
"""Names of these maps (N, C, H / stride, W / stride)."""
CELL = 32
"""Side of a cell in network pixels."""
PLACE = 2
"""Side of a place of the decoder's logits in network pixels."""
HALO = 2
"""Receptive field of the decoder around a tile, in cells."""
FINE_HALO = 16
"""Receptive field of its fine layers around a tile, in network pixels: for the pixels, the map at
stride 4, and the output of the coarse layers."""
NARROWED_STRIDE = 8
"""Stride of the only input of its fine layers from the coarse ones."""
Span = tuple[int, int]


@dataclass
class Mosaic:
    """A map (1, C, h, w), stored as the computed tiles with their halos.

    map = (stored - `zero`) * `scale`: some runtimes compute quantised integers.
    """

    scale: float = 1.0
    zero: int = 0
    _tiles: list[tuple[tuple[Span, Span], NDArray[Any], Span]] = field(
        default_factory=list, repr=False
    )

    def add(self, place: tuple[Span, Span], tile: NDArray[Any], corner: Span = (0, 0)) -> None:
        """Add a tile, starting at `corner`, as the source of these rows and columns."""
        self._tiles.append((place, tile, corner))

    @classmethod
    def whole(cls, map_: NDArray[Any], scale: float = 1.0, zero: int = 0) -> "Mosaic":
        """A mosaic of one tile."""
        made = cls(scale, zero)
        made.add(((0, map_.shape[2]), (0, map_.shape[3])), map_)
        return made

    def region(self, rows: Span, columns: Span) -> NDArray[np.float32]:
        """A copy (1, C, rows, columns) of a region inside the map."""
        found: NDArray[np.float32] | None = None
        for place, tile, corner in self._tiles:
            common = [
                (max(ours[0], theirs[0]), min(ours[1], theirs[1]))
                for ours, theirs in zip((rows, columns), place, strict=True)
            ]
            if any(start >= stop for start, stop in common):
                continue
            if found is None:
                size = (rows[1] - rows[0], columns[1] - columns[0])
                found = np.empty((*tile.shape[:2], *size), np.float32)
            here = _slices(common, (rows[0], columns[0]))
            found[:, :, *here] = tile[:, :, *_slices(common, corner)]
        if found is None:
            raise ValueError(f"rows {rows}, columns {columns} are outside the map")
        if (self.scale, self.zero) != (1.0, 0):
            found -= self.zero
            found *= np.float32(self.scale)
        return found


def _slices(spans: list[Span], corner: Span) -> tuple[slice, ...]:
    """Rows and columns as slices of an array that starts at `corner`."""
    return tuple(
        slice(start - first, stop - first)
        for (start, stop), first in zip(spans, corner, strict=True)
    )


@dataclass(frozen=True)
class Maps:
    """The features of a block's cells (h, w, F) float32, and by name the finer maps for the
    decoder: empty if the network has no decoder."""

    cells: NDArray[np.float32]
    levels: Mapping[str, Mosaic] = field(default_factory=dict)
