"""Score photos in disjoint windows, each as a separate patch."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from crackscope.grid import cut, grid, of_one_size
from crackscope.types import Photo, ScoreMap, Tile

T = TypeVar("T")
Look = Callable[[NDArray[np.uint8]], Iterable[T]]
"""A network: windows (N, H, W, 3) uint8 RGB -> one output per window."""


@dataclass(frozen=True, slots=True)
class Looked(Generic[T]):
    """The windows of a photo in row-major order, and the network's output for each."""

    tiles: tuple[Tile, ...]
    values: list[T]


def frame(photo: Photo, window: int) -> ScoreMap:
    """The positions of a photo's windows, with scores of 0."""
    tiles = grid(photo.width, photo.height, window)
    return ScoreMap.of_tiles(tiles, np.zeros(len(tiles)))


def look_at(look: Look[T], photos: Sequence[Photo], window: int) -> list[Looked[T]]:
    """The output of `look` for every window of the photos; windows of one size share batches, also
    across photos."""
    grids = [grid(photo.width, photo.height, window) for photo in photos]
    found: dict[tuple[int, int], T] = {}
    for places in of_one_size(grids):
        batch = np.stack([cut(photos[n].pixels, grids[n][i].box) for n, i in places])
        found |= zip(places, look(batch), strict=True)
    return [
        Looked(tiles, [found[number, i] for i in range(len(tiles))])
        for number, tiles in enumerate(grids)
    ]


def score(look: Look[float], photos: Sequence[Photo], window: int) -> list[ScoreMap]:
    """The scores of the windows of each photo."""
    return [
        ScoreMap.of_tiles(one.tiles, np.array(one.values, np.float64))
        for one in look_at(look, photos, window)
    ]
