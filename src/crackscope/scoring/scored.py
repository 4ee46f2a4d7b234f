"""The output of the network for a photo: scores of its windows, and its line map.

A line map is sparse evidence for cracks: logits at places, with the grey pixels there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crackscope.types import ScoreMap

PIXELS_A_PLACE = 2
"""Grey pixels per place, along each axis."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of a line map.

    `logits` (R, C) float32, R and C at most the side of the map; `grey` (at most 2 R, at most 2 C)
    uint8, two pixels per place, the network's input there.
    """

    logits: NDArray[np.float32]
    grey: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LineMap:
    """Crack logits over a photo, at the places where they were computed.

    `tiles` by (row, column) of the tile; a missing tile was not decoded and has no crack.
    `side` of a tile in places; `shape` (rows, columns) of the photo in places; `width` and
    `height` in pixels of the upright photo. Place (r, c) has its centre at
    x = (c + 0.5) * width / shape[1], y = (r + 0.5) * height / shape[0].
    """

    tiles: Mapping[tuple[int, int], Tile]
    side: int
    shape: tuple[int, int]
    width: int
    height: int

    def __post_init__(self) -> None:
        sizes = (self.side, *self.shape, self.width, self.height)
        if min(sizes) < 1:
            raise ValueError(f"side, shape, width and height must be at least 1. Received: {sizes}")
        broken = [fault for at, tile in self.tiles.items() for fault in self._faults(at, tile)]
        if broken:
            raise ValueError("; ".join(broken[:5]))

    def _faults(self, at: tuple[int, int], tile: Tile) -> Iterable[str]:
        expected = tuple(
            min(self.side, places - self.side * index)
            for places, index in zip(self.shape, at, strict=True)
        )
        if min(at) < 0 or tile.logits.shape != expected:
            yield f"tile {at} must have logits {expected}. Received: {tile.logits.shape}"
        most = tuple(PIXELS_A_PLACE * places for places in tile.logits.shape)
        seen = tile.grey.shape
        if len(seen) != 2 or min(seen) < 1 or any(s > m for s, m in zip(seen, most, strict=True)):
            yield (
                f"tile {at} must have grey pixels (1 to {most[0]}, 1 to {most[1]}). "
                f"Received: {seen}"
            )

    @classmethod
    def of(
        cls,
        logits: NDArray[np.float32],
        grey: NDArray[np.uint8],
        *,
        side: int = 128,
        size: tuple[int, int] | None = None,
    ) -> "LineMap":
        """Split dense arrays into tiles: `logits` (R, C), `grey` (at most 2 R, at most 2 C).

        `size` is (width, height) of the photo; default: the size of `grey`.
        """
        rows, columns = logits.shape
        width, height = (grey.shape[1], grey.shape[0]) if size is None else size
        fine = PIXELS_A_PLACE * side
        tiles = {
            (i, j): Tile(
                logits[i * side : (i + 1) * side, j * side : (j + 1) * side],
                grey[i * fine : (i + 1) * fine, j * fine : (j + 1) * fine],
            )
            for i in range(-(-rows // side))
            for j in range(-(-columns // side))
        }
        return cls(tiles, side, (rows, columns), width, height)

    @property
    def scale(self) -> tuple[float, float]:
        """Size of a place in pixels of the photo, (x, y)."""
        return self.width / self.shape[1], self.height / self.shape[0]

    @property
    def pixels_a_place(self) -> float:
        """Side of a place in pixels of the photo, geometric mean of both axes."""
        across, down = self.scale
        return float(np.sqrt(across * down))


@dataclass(frozen=True)
class Scored:
    """The scores of a photo's windows, and if the network has these outputs, the concrete logit of
    each window and the lines."""

    windows: ScoreMap
    concrete: NDArray[np.float32] | None = None
    lines: LineMap | None = None
