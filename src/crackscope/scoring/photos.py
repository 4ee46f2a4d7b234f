"""Score photos with a network: the single path used by all commands.

Photos of one window, and all photos of a model that cannot run over a whole photo, are scored in
disjoint windows, each as a separate patch.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from crackscope.grid import cut, grid, of_one_size
from crackscope.scoring.scored import Scored
from crackscope.scoring.scoremap import ScoreMapper
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


def score_windows(look: Look[float], photos: Sequence[Photo], window: int) -> list[ScoreMap]:
    """The scores of the windows of each photo."""
    return [
        ScoreMap.of_tiles(one.tiles, np.array(one.values, np.float64))
        for one in look_at(look, photos, window)
    ]


@dataclass(frozen=True)
class PhotoScorer:
    """Scores photos of more than one window with `mapper`, in one pass of the network; others, or
    all without a mapper, with `network` in disjoint windows of `window` px.

    `lines_of_patches`: whether to trace lines in photos of one window.
    """

    network: Look[float]
    window: int
    mapper: ScoreMapper | None = None
    lines_of_patches: bool = True

    def __call__(self, photos: Sequence[Photo]) -> list[Scored]:
        """The scores of each photo; photos of one window share batches."""
        mapper = self.mapper
        if mapper is None:
            return [Scored(found) for found in self._windows(photos)]
        small = [photo for photo in photos if not mapper.takes(photo)]
        patches = iter(map(self._with_lines, small, self._windows(small)))
        return [mapper(photo) if mapper.takes(photo) else next(patches) for photo in photos]

    def frame(self, photo: Photo) -> ScoreMap:
        """The positions of a photo's windows, with scores of 0."""
        if self.mapper is not None:
            return self.mapper.frame(photo)
        return frame(photo, self.window)

    def _windows(self, photos: Sequence[Photo]) -> list[ScoreMap]:
        return score_windows(self.network, photos, self.window)

    def _with_lines(self, photo: Photo, found: ScoreMap) -> Scored:
        """Add lines to a photo of one window if its score reaches the gate, so that most patches
        stay fast."""
        if self.mapper is None or self.mapper.gate is None or not self.lines_of_patches:
            return Scored(found)
        if found.scores.max() < self.mapper.gate.score:
            return Scored(found, lines=self.mapper.no_lines(photo))
        return replace(self.mapper.all_lines(photo), windows=found)
