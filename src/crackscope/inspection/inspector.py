"""The heart: a photo in, a verdict with its place out."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from os import PathLike, fspath
from pathlib import Path
from typing import overload

import numpy as np

from crackscope import environment
from crackscope.arguments.build import checked
from crackscope.arguments.rules import at_least, check, positive, share, within
from crackscope.errors import BundleError, ImageError, UsageError
from crackscope.grid import cut, grid, of_one_size
from crackscope.images.large.large_photo import LargePhoto, opened
from crackscope.images.memory import is_picture, name_of
from crackscope.inspection import cracks, verdict
from crackscope.inspection.cracks import find as find_cracks
from crackscope.inspection.regions import find_regions
from crackscope.inspection.view import PhotoLike, View, read_any
from crackscope.lines.score import Scorer
from crackscope.models import bundle as bundles
from crackscope.models import concrete, pooling
from crackscope.models.bundle import CELLS, PACKAGED, Bundle, Thresholds
from crackscope.models.concrete import Concrete, looked_at
from crackscope.options import Device, Precision, RuntimeName
from crackscope.runtimes import Runtime, discover
from crackscope.scoring.gate import Gate
from crackscope.scoring.scoremap import Scored, ScoreMapper
from crackscope.types import Crack, Material, Photo, PhotoResult, ScoreMap

_BLOCKS = 4
"""Blocks of a photo that are computed at once, which is faster than more threads to one block, and
takes about 0.35 GB for each."""


@dataclass(frozen=True, repr=False)
class Inspector:
    """A model that is ready to look at photos; several threads may share it.

    `concrete` is what it takes for a concrete surface, where the bundle says that. With `mapper`
    photos of more than one window are scored in one pass of the network, with windows a cell
    apart; without, in disjoint windows. With `mm_per_px`, the ground sampling distance, what
    is found is measured in mm too. `scorer` is how it scores cracks, where it has lines.
    """

    bundle: Bundle
    runtime: Runtime
    concrete: Concrete | None = None
    mapper: ScoreMapper | None = None
    mm_per_px: float | None = None
    scorer: Scorer | None = None

    def __repr__(self) -> str:
        return f"Inspector({self.bundle.identity!r})"

    @property
    def has_lines(self) -> bool:
        """Whether it finds cracks; else regions."""
        return self.mapper is not None and self.mapper.gate is not None

    @overload  # the first that fits is meant: text and arrays could be walked, too
    def inspect(  # type: ignore[overload-overlap]
        self, photo: PhotoLike, threshold: float | None = None
    ) -> PhotoResult: ...
    @overload
    def inspect(
        self, photo: Iterable[PhotoLike], threshold: float | None = None
    ) -> list[PhotoResult]: ...
    @checked
    def inspect(
        self, photo: PhotoLike | Iterable[PhotoLike], threshold: float | None = None
    ) -> PhotoResult | list[PhotoResult]:
        """Score one photo: a path, an image of Pillow, upright pixels (H, W, 3) uint8 RGB or a
        `Photo`; or each of a list.

        `threshold` is the score from which a window counts as cracked; else the model's own.
        Raises ImageError, which names the photo, where it cannot be read.
        """
        check(share("threshold", threshold))
        if isinstance(photo, str | PathLike | Photo) or is_picture(photo):
            return self._inspect(photo, threshold)
        if isinstance(photo, Iterable) and not isinstance(photo, bytes | Mapping):
            return [self.inspect(one, threshold) for one in photo]
        raise UsageError(
            "a photo must be a path, an image of Pillow, an array of numpy, or a list of such. "
            f"Received: {photo!r:.80} ({type(photo).__name__})"
        )

    def _inspect(self, photo: PhotoLike, threshold: float | None) -> PhotoResult:
        start = time.perf_counter()
        name = _name(photo)
        try:
            if isinstance(photo, str | PathLike):
                with opened(Path(photo)) as large:
                    if large is not None:
                        found = self.score_large(large)
                        seconds = time.perf_counter() - start
                        result = self.judge(large.photo, found, threshold, seconds)
                        return replace(result, view=View(large.reduced(), found.windows))
            pixels = read_any(photo)
        except ImageError as error:
            raise ImageError(error.kind, f"{name}: {error}") from error
        found = self.score(pixels)
        result = self.judge(pixels, found, threshold, time.perf_counter() - start)
        return replace(result, view=View(photo, found.windows))

    def score_map(self, photo: Photo) -> ScoreMap:
        """The score of every window of one photo."""
        return self.score(photo).windows

    def score(self, photo: Photo) -> Scored:
        """What the network sees in one photo."""
        return self.score_all([photo])[0]

    def score_large(self, large: LargePhoto) -> Scored:
        """The same for a photo that is read in parts; what `judge` looks at later is kept."""
        if self.concrete is not None:
            large.rows.keep(looked_at(self.frame(large.photo)))
        return self.score(large.photo)

    def frame(self, photo: Photo) -> ScoreMap:
        """Where the windows of a photo lie; their scores are 0."""
        if self.mapper is not None:
            return self.mapper.frame(photo)
        tiles = grid(photo.width, photo.height, self.bundle.input.window)
        return ScoreMap.of_tiles(tiles, np.zeros(len(tiles)))

    def score_all(self, photos: Sequence[Photo]) -> list[Scored]:
        """What the network sees in several photos; those of one window share its batches."""
        mapper = self.mapper
        if mapper is None:
            return [Scored(windows) for windows in self._windows(photos)]
        small = [photo for photo in photos if not mapper.takes(photo)]
        found = iter(map(self._with_lines, small, self._windows(small)))
        return [mapper(photo) if mapper.takes(photo) else next(found) for photo in photos]

    def _with_lines(self, photo: Photo, windows: ScoreMap) -> Scored:
        """A photo of one window is decoded where its score asks for it, so that patches take no
        longer."""
        if self.mapper is None or self.mapper.gate is None:
            return Scored(windows)
        if windows.scores.max() < self.mapper.gate.score:
            return Scored(windows, lines=self.mapper.no_lines(photo))
        return replace(self.mapper.all_lines(photo), windows=windows)

    def _windows(self, photos: Sequence[Photo]) -> list[ScoreMap]:
        """Disjoint windows, each scored as a patch of its own."""
        grids = [grid(photo.width, photo.height, self.bundle.input.window) for photo in photos]
        scores = [np.empty(len(tiles)) for tiles in grids]
        for places in of_one_size(grids):
            batch = np.stack([cut(photos[n].pixels, grids[n][i].box) for n, i in places])
            for (n, i), score in zip(places, self.runtime(batch), strict=True):
                scores[n][i] = score
        return [ScoreMap.of_tiles(*pair) for pair in zip(grids, scores, strict=True)]

    def _limits(self, found: Scored) -> Thresholds:
        """What the photo's score is held against: that of a window, or of cracks."""
        of_cracks = found.lines is not None and found.windows.scores.size > 1
        return self.bundle.crack_thresholds if of_cracks else self.bundle.thresholds

    def score_photos(self, photos: Sequence[Photo]) -> list[float]:
        """The score of each photo, as `inspect` gives it; lines are not asked for where the photo
        is one window, whose score is its own."""
        mapper, least = self.mapper, self.bundle.crack_thresholds.lower
        if mapper is None:
            return [verdict.score(windows) for windows in self._windows(photos)]
        patches = iter(self._windows([photo for photo in photos if not mapper.takes(photo)]))
        return [
            self._cracks_and_score(mapper(photo), least)[1]
            if mapper.takes(photo)
            else verdict.score(next(patches))
            for photo in photos
        ]

    def _cracks_and_score(
        self, found: Scored, least: float
    ) -> tuple[tuple[Crack, ...] | None, float]:
        """The cracks that score `least` or more, None for a model without lines; and the score of
        the photo."""
        lines = find_cracks(found, self.scorer, least)
        if lines is None:
            return None, verdict.score(found.windows)
        return lines, verdict.score_with_lines(found.windows, lines, least)

    def judge(
        self, photo: Photo, found: Scored, threshold: float | None, seconds: float
    ) -> PhotoResult:
        """The result that the scores of a photo amount to."""
        return self.judge_all([photo], [found], threshold, [seconds])[0]

    def judge_all(
        self,
        photos: Sequence[Photo],
        found: Sequence[Scored],
        threshold: float | None,
        seconds: Sequence[float],
    ) -> list[PhotoResult]:
        """The results of several photos."""
        rows = zip(photos, found, self._materials(photos, found), seconds, strict=True)
        return [self._result(*row, threshold) for row in rows]

    def _materials(
        self, photos: Sequence[Photo], found: Sequence[Scored]
    ) -> Sequence[Material | None]:
        """What each photo shows: by the statistics of its pixels, and where the network says it of
        its windows, by most of these; None where neither is known."""
        seen: Sequence[Material | None] = [None] * len(photos)
        if self.concrete is not None:
            seen = self.concrete.judge(photos, [scored.windows for scored in found])
        by_network = [_material(scored, self.bundle.concrete) for scored in found]
        return [
            "other" if "other" in pair else pair[0] or pair[1]
            for pair in zip(seen, by_network, strict=True)
        ]

    def _result(
        self,
        photo: Photo,
        found: Scored,
        seen: Material | None,
        seconds: float,
        threshold: float | None,
    ) -> PhotoResult:
        limits = self._limits(found)
        upper = limits.upper if threshold is None else threshold
        least = min(self.bundle.crack_thresholds.lower, upper)
        lines, score = self._cracks_and_score(found, least)
        highest = float(found.windows.scores.max()) if lines is None else 0.0
        regions = find_regions(found.windows, upper) if lines is None else ()
        if self.mm_per_px is not None:
            regions = tuple(region.in_mm(self.mm_per_px) for region in regions)
            lines = lines and tuple(crack.in_mm(self.mm_per_px) for crack in lines)
        if lines is not None and score < min(limits.lower, upper):
            lines = ()  # nothing stands out in a photo of its size
        return PhotoResult(
            path=photo.path,
            model=self.bundle.identity,
            seconds=seconds,
            verdict=verdict.decide(score, highest, limits.lower, upper),
            score=score,
            threshold=upper,
            width=photo.width,
            height=photo.height,
            regions=regions,
            cracks=lines,
            material=seen,
            metadata=photo.metadata,
            remark=photo.remark,
        )


@checked
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
    only with `runtime` openvino. Raises UsageError where an argument is not of its kind.
    """
    check(
        at_least("threads", threads, 1),
        within("scale", scale, 0.1, 4.0),
        positive("mm_per_px", mm_per_px),
    )
    model_bundle = bundles.load(model)
    known = pooling.load(model_bundle)
    if known is None and scale != 1.0:
        raise _one_scale(model_bundle, scale)
    threads = threads or environment.cores()
    blocks = 1 if known is None else min(threads, _BLOCKS)
    network = discover().get(runtime)(model_bundle, device, ceil(threads / blocks), precision)
    _try(network, model_bundle)
    mapper = None
    if known is not None:
        gate = None if model_bundle.lines is None else Gate(**model_bundle.lines)
        mapper = ScoreMapper(network, known, gate, scale, network.block, threads=blocks)
    return Inspector(
        model_bundle,
        network,
        concrete.load(model_bundle),
        mapper,
        mm_per_px,
        cracks.load(model_bundle),
    )


def _try(network: Runtime, bundle: Bundle) -> None:
    """Score two blank windows: a network that cannot is named before the first photo is read."""
    side = bundle.input.window
    try:
        network(np.zeros((2, side, side, 3), np.uint8))
    except BundleError as error:
        raise BundleError(f"the model {bundle.folder} is no use: {error}") from error


def _one_scale(bundle: Bundle, scale: float) -> UsageError:
    return UsageError(
        f"scale must be 1 for {bundle.name}: it has no {CELLS}, so it scores windows of "
        f"{bundle.input.window} px only. Received: {scale:g}. Train it with this version, or "
        "resize the photos"
    )


def _material(scored: Scored, limit: float | None) -> Material | None:
    """What the network takes most windows for; None where it does not say it."""
    if scored.concrete is None or limit is None:
        return None
    return "other" if float(np.median(scored.concrete)) < limit else "concrete"


def _name(photo: PhotoLike) -> str:
    if isinstance(photo, Photo):
        return photo.path
    return fspath(photo) if isinstance(photo, str | PathLike) else name_of(photo)
