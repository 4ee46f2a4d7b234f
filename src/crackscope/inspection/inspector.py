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
from crackscope.types import Photo, PhotoResult, Surface, Tile, WindowScores

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
        (windows,) = self.score_all([photo], look=True)
        return self.judge(photo, windows, threshold, time.perf_counter() - start)

    def window_scores(self, photo: Photo) -> WindowScores:
        """The score of every window of one photo."""
        return self.score_all([photo])[0]

    def score_all(self, photos: Sequence[Photo], look: bool = False) -> list[WindowScores]:
        """The window scores of several photos; small ones share the network's batches.

        With `look` they carry the features that `judge` tells the surface by, where the bundle
        knows concrete.
        """
        width = self.concrete.width if look and self.concrete else 0
        grids = [grid(photo.width, photo.height, self.bundle.input.window) for photo in photos]
        scores = [np.empty(len(tiles)) for tiles in grids]
        features = [np.empty((len(tiles), width), np.float32) for tiles in grids]
        for places in _chunks_of_one_size(grids):
            batch = np.stack([cut(photos[n].pixels, grids[n][i]) for n, i in places])
            found, seen = self._run(batch, width)
            for row, (n, i) in enumerate(places):
                scores[n][i], features[n][i] = found[row], seen[row]
        kept = features if width else [None] * len(photos)
        return [WindowScores(*parts) for parts in zip(grids, scores, kept, strict=True)]

    def _run(
        self, batch: NDArray[np.uint8], width: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Scores (N,) and features (N, width) of windows; width 0 asks for no features."""
        if width:
            return self.runtime.with_features(batch)
        return self.runtime(batch), np.empty((len(batch), 0), np.float32)

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
            surface=self._surface(photo, windows),
        )

    def _surface(self, photo: Photo, windows: WindowScores) -> Surface | None:
        if self.concrete is None or windows.features is None:
            return None
        return self.concrete.judge(photo, windows)


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
