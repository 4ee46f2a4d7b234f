"""The heart: a photo in, a verdict with its place out."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackscope.config import Device
from crackscope.images.read import from_array, read
from crackscope.inspection import surface
from crackscope.inspection.regions import find_regions
from crackscope.inspection.surface import Concrete
from crackscope.inspection.verdict import decide
from crackscope.models import bundle as bundles
from crackscope.models.bundle import PACKAGED, Bundle
from crackscope.runtimes import Runtime
from crackscope.runtimes.onnx import OnnxRuntime
from crackscope.tiles.cut import cut
from crackscope.tiles.grid import grid
from crackscope.types import Photo, PhotoResult, Tile, WindowScores

_CHUNK = 64
"""Windows cut at once, so that a large photo is not held twice."""


@dataclass(frozen=True)
class Inspector:
    """A model that is ready to look at photos; several threads may share it.

    `concrete` is what it takes for a concrete surface, where the bundle says that.
    """

    bundle: Bundle
    runtime: Runtime
    concrete: Concrete | None = None

    def inspect(
        self, photo: Photo | NDArray[np.uint8] | Path | str, threshold: float | None = None
    ) -> PhotoResult:
        """Score one photo: a path, a `Photo`, or upright pixels (H, W, 3) uint8 RGB.

        `threshold` is the score from which a window counts as cracked; else the model's own.
        Raises ImageError where the photo cannot be read.
        """
        start = time.perf_counter()
        photo = _as_photo(photo)
        windows = self.window_scores(photo)
        return self.judge(photo, windows, threshold, time.perf_counter() - start)

    def window_scores(self, photo: Photo) -> WindowScores:
        """The score of every window of one photo."""
        return self.score_all([photo])[0]

    def score_all(self, photos: Sequence[Photo]) -> list[WindowScores]:
        """The window scores of several photos; small ones share the network's batches."""
        grids = [grid(photo.width, photo.height, self.bundle.input.window) for photo in photos]
        scores = [np.empty(len(tiles)) for tiles in grids]
        for places in _chunks_of_one_size(grids):
            batch = np.stack([cut(photos[n].pixels, grids[n][i]) for n, i in places])
            for (n, i), score in zip(places, self.runtime(batch), strict=True):
                scores[n][i] = score
        return [WindowScores(*pair) for pair in zip(grids, scores, strict=True)]

    def judge(
        self, photo: Photo, windows: WindowScores, threshold: float | None, seconds: float
    ) -> PhotoResult:
        """The result that the window scores of a photo amount to."""
        limits = self.bundle.thresholds
        upper = limits.upper if threshold is None else threshold
        return PhotoResult(
            path=photo.path,
            model=self.bundle.identity,
            seconds=seconds,
            verdict=decide(windows.grid(), limits.lower, upper),
            score=float(windows.scores.max()),
            threshold=upper,
            width=photo.width,
            height=photo.height,
            regions=find_regions(windows, upper),
            surface=self.concrete.judge(photo, windows.tiles) if self.concrete else None,
            metadata=photo.metadata,
        )


def load(
    model: str | Path = PACKAGED, device: Device = "auto", threads: int | None = None
) -> Inspector:
    """Load and verify a model: the one in the package, a bundle folder, or a run folder.

    `threads` is how many compute one call, else one for each core; give 1 where the calls
    themselves come from a pool of threads.
    """
    model_bundle = bundles.load(model)
    runtime = OnnxRuntime(model_bundle, device, threads or 0)
    return Inspector(model_bundle, runtime, surface.load(model_bundle))


def _as_photo(photo: Photo | NDArray[np.uint8] | Path | str) -> Photo:
    if isinstance(photo, Photo):
        return photo
    return from_array(photo) if isinstance(photo, np.ndarray) else read(Path(photo))


def _chunks_of_one_size(grids: Sequence[Sequence[Tile]]) -> Iterator[list[tuple[int, int]]]:
    """Places (photo, window) in groups that can be stacked."""
    by_size = defaultdict(list)
    for number, tiles in enumerate(grids):
        for index, tile in enumerate(tiles):
            by_size[tile.box.height, tile.box.width].append((number, index))
    for places in by_size.values():
        for begin in range(0, len(places), _CHUNK):
            yield places[begin : begin + _CHUNK]
