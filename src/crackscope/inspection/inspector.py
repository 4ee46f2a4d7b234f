"""The heart: a photo in, a verdict with its place out."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackscope import environment
from crackscope.config import Device, Precision, RuntimeName
from crackscope.errors import UsageError
from crackscope.images.large import LargePhoto, opened
from crackscope.images.read import from_array, read
from crackscope.inspection import scoremap, surface, verdict
from crackscope.inspection.regions import find_regions
from crackscope.inspection.scoremap import ScoreMapper
from crackscope.inspection.surface import Concrete, looked_at
from crackscope.models import bundle as bundles
from crackscope.models.bundle import CELLS, PACKAGED, Bundle
from crackscope.runtimes import Runtime, discover
from crackscope.tiles.batches import of_one_size
from crackscope.tiles.cut import cut
from crackscope.tiles.grid import grid
from crackscope.types import Material, Photo, PhotoResult, ScoreMap

_BLOCKS = 4
"""Blocks of a photo that are computed at once, which is faster than more threads to one block, and
takes about 0.35 GB for each."""


@dataclass(frozen=True)
class Inspector:
    """A model that is ready to look at photos; several threads may share it.

    `concrete` is what it takes for a concrete surface, where the bundle says that. With `mapper`
    photos of more than one window are scored in one pass of the network, with windows a cell
    apart; without, in disjoint windows. With `mm_per_px`, the ground sampling distance, regions are
    measured in mm too.
    """

    bundle: Bundle
    runtime: Runtime
    concrete: Concrete | None = None
    mapper: ScoreMapper | None = None
    mm_per_px: float | None = None

    def inspect(
        self, photo: Photo | NDArray[np.uint8] | Path | str, threshold: float | None = None
    ) -> PhotoResult:
        """Score one photo: a path, a `Photo`, or upright pixels (H, W, 3) uint8 RGB.

        `threshold` is the score from which a window counts as cracked; else the model's own.
        Raises ImageError where the photo cannot be read.
        """
        start = time.perf_counter()
        if isinstance(photo, Path | str):
            with opened(Path(photo)) as large:
                if large is not None:
                    found = self.score_large(large)
                    return self.judge(large.photo, found, threshold, time.perf_counter() - start)
        photo = _as_photo(photo)
        found = self.score_map(photo)
        return self.judge(photo, found, threshold, time.perf_counter() - start)

    def score_map(self, photo: Photo) -> ScoreMap:
        """The score of every window of one photo."""
        return self.score_all([photo])[0]

    def score_large(self, large: LargePhoto) -> ScoreMap:
        """The scores of a photo that is read in parts; what `judge` looks at later is kept."""
        if self.concrete is not None:
            large.bands.keep(looked_at(self.frame(large.photo)))
        return self.score_map(large.photo)

    def frame(self, photo: Photo) -> ScoreMap:
        """Where the windows of a photo lie; their scores are 0."""
        if self.mapper is not None:
            return self.mapper.frame(photo)
        tiles = grid(photo.width, photo.height, self.bundle.input.window)
        return ScoreMap.of_tiles(tiles, np.zeros(len(tiles)))

    def score_all(self, photos: Sequence[Photo]) -> list[ScoreMap]:
        """The scores of several photos; those of one window share the network's batches."""
        mapper = self.mapper
        if mapper is None:
            return self._windows(photos)
        found = iter(self._windows([photo for photo in photos if not mapper.takes(photo)]))
        return [mapper(photo) if mapper.takes(photo) else next(found) for photo in photos]

    def _windows(self, photos: Sequence[Photo]) -> list[ScoreMap]:
        """Disjoint windows, each scored as a patch of its own."""
        grids = [grid(photo.width, photo.height, self.bundle.input.window) for photo in photos]
        scores = [np.empty(len(tiles)) for tiles in grids]
        for places in of_one_size(grids):
            batch = np.stack([cut(photos[n].pixels, grids[n][i].box) for n, i in places])
            for (n, i), score in zip(places, self.runtime(batch), strict=True):
                scores[n][i] = score
        return [ScoreMap.of_tiles(*pair) for pair in zip(grids, scores, strict=True)]

    def judge(
        self, photo: Photo, found: ScoreMap, threshold: float | None, seconds: float
    ) -> PhotoResult:
        """The result that the scores of a photo amount to."""
        return self.judge_all([photo], [found], threshold, [seconds])[0]

    def judge_all(
        self,
        photos: Sequence[Photo],
        found: Sequence[ScoreMap],
        threshold: float | None,
        seconds: Sequence[float],
    ) -> list[PhotoResult]:
        """The results of several photos."""
        surfaces: Sequence[Material | None] = [None] * len(photos)
        if self.concrete is not None:
            surfaces = self.concrete.judge(photos, found)
        rows = zip(photos, found, surfaces, seconds, strict=True)
        return [self._result(*row, threshold) for row in rows]

    def _result(
        self,
        photo: Photo,
        found: ScoreMap,
        seen: Material | None,
        seconds: float,
        threshold: float | None,
    ) -> PhotoResult:
        limits = self.bundle.thresholds
        upper = limits.upper if threshold is None else threshold
        regions = find_regions(found, upper)
        if self.mm_per_px is not None:
            regions = tuple(region.in_mm(self.mm_per_px) for region in regions)
        score = verdict.score(found)
        return PhotoResult(
            path=photo.path,
            model=self.bundle.identity,
            seconds=seconds,
            verdict=verdict.decide(score, float(found.scores.max()), limits.lower, upper),
            score=score,
            threshold=upper,
            width=photo.width,
            height=photo.height,
            regions=regions,
            material=seen,
            metadata=photo.metadata,
        )


def load(
    model: str | Path = PACKAGED,
    device: Device = "auto",
    threads: int | None = None,
    *,
    scale: float = 1.0,
    mm_per_px: float | None = None,
    runtime: RuntimeName = "onnx",
    precision: Precision = "f32",
) -> Inspector:
    """Load and verify a model: the one in the package, a bundle folder, or a run folder.

    `threads` is how many work on a photo, else one for each core; give 1 where the calls
    themselves come from a pool of threads. `scale` enlarges photos for the network: above 1 for
    those taken from farther than what it was trained on; raises UsageError where the model cannot.
    `mm_per_px` is their ground sampling distance, for lengths and areas in mm. `precision` is bf16
    only with `runtime` openvino.
    """
    model_bundle = bundles.load(model)
    pooling = scoremap.load(model_bundle)
    if pooling is None and scale != 1.0:
        raise _one_scale(model_bundle, scale)
    threads = threads or environment.cores()
    blocks = 1 if pooling is None else min(threads, _BLOCKS)
    network = discover().get(runtime)(model_bundle, device, ceil(threads / blocks), precision)
    mapper = None
    if pooling is not None:
        mapper = ScoreMapper(network.cells, pooling, scale, network.block, threads=blocks)
    return Inspector(model_bundle, network, surface.load(model_bundle), mapper, mm_per_px)


def _one_scale(bundle: Bundle, scale: float) -> UsageError:
    return UsageError(
        f"scale must be 1 for {bundle.name}: it has no {CELLS}, so it scores windows of "
        f"{bundle.input.window} px only. Received: {scale:g}. Train it with this version, or "
        "resize the photos"
    )


def _as_photo(photo: Photo | NDArray[np.uint8] | Path | str) -> Photo:
    if isinstance(photo, Photo):
        return photo
    return from_array(photo) if isinstance(photo, np.ndarray) else read(Path(photo))
