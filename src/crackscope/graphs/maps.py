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
    _tiles: list[tuple[tuple[Span, Span], NDArray[Any], Span]] = field(
        default_factory=list, repr=False
    )

    def add(self, place: tuple[Span, Span], tile: NDArray[Any], corner: Span = (0, 0)) -> None:
        """Take these rows and columns of the map from a tile whose first place is `corner`."""
        self._tiles.append((place, tile, corner))

    @classmethod
    def whole(cls, map_: NDArray[Any], scale: float = 1.0, zero: int = 0) -> "Mosaic":
        """Of one tile."""
        made = cls(scale, zero)
        made.add(((0, map_.shape[2]), (0, map_.shape[3])), map_)
        return made

    def region(self, rows: Span, columns: Span) -> NDArray[np.float32]:
        """(1, C, rows, columns) of the map, a copy; they must lie within it."""
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
            raise ValueError(f"nothing of the map lies in rows {rows}, columns {columns}")
        if (self.scale, self.zero) != (1.0, 0):
            found -= self.zero
            found *= np.float32(self.scale)
        return found


def _slices(spans: list[Span], corner: Span) -> tuple[slice, ...]:
    """Rows and columns as those of an array that begins at `corner`."""
    return tuple(
        slice(start - first, stop - first)
        for (start, stop), first in zip(spans, corner, strict=True)
    )


@dataclass(frozen=True)
class Maps:
    """The features of a block's cells (h, w, F) float32; and the finer maps that a decoder takes,
    by name: none where the network has no decoder."""

    cells: NDArray[np.float32]
    levels: Mapping[str, Mosaic] = field(default_factory=dict)
