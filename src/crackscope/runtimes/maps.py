"""What a network makes of a block of a photo, and a part of it where it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]


@dataclass
class Mosaic:
    """A map (1, C, h, w), in tiles as they were computed, with their halos.

    What is stored less `zero`, times `scale`, is the map: some runtimes compute in small integers.
    """

    scale: float = 1.0
    zero: int = 0
    _tiles: list[tuple[Span, Span, NDArray[Any], Span]] = field(default_factory=list, repr=False)

    def add(self, rows: Span, columns: Span, tile: NDArray[Any], corner: Span = (0, 0)) -> None:
        """Take these rows and columns of the map from a tile whose first place is `corner`."""
        self._tiles.append((rows, columns, tile, corner))

    @classmethod
    def whole(cls, map_: NDArray[Any], scale: float = 1.0, zero: int = 0) -> "Mosaic":
        """Of one tile."""
        made = cls(scale, zero)
        made.add((0, map_.shape[2]), (0, map_.shape[3]), map_)
        return made

    def region(self, rows: Span, columns: Span) -> NDArray[np.float32]:
        """(1, C, rows, columns) of the map, a copy; they must lie within it."""
        found: NDArray[np.float32] | None = None
        for (top, bottom), (left, right), tile, (y, x) in self._tiles:
            top, bottom = max(top, rows[0]), min(bottom, rows[1])
            left, right = max(left, columns[0]), min(right, columns[1])
            if top < bottom and left < right:
                if found is None:
                    size = (rows[1] - rows[0], columns[1] - columns[0])
                    found = np.empty((*tile.shape[:2], *size), np.float32)
                place = (slice(top - rows[0], bottom - rows[0]), slice(left - columns[0], right - columns[0]))
                found[:, :, *place] = tile[:, :, top - y : bottom - y, left - x : right - x]
        if found is None:
            raise ValueError(f"nothing of the map lies in rows {rows}, columns {columns}")
        if (self.scale, self.zero) != (1.0, 0):
            found -= self.zero
            found *= np.float32(self.scale)
        return found


@dataclass(frozen=True)
class Maps:
    """The features of a block's cells (h, w, F) float32; and the finer maps that a decoder takes,
    by name: none where the network has no decoder."""

    cells: NDArray[np.float32]
    levels: Mapping[str, Mosaic] = field(default_factory=dict)
