"""The inspector: a model that turns photos into results, and how it is loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from crackscope import environment
from crackscope.arguments import checked
from crackscope.errors import BundleError, UsageError
from crackscope.inspection import cracks
from crackscope.inspection.inspected import Measured
from crackscope.inspection.judgement import Judge
from crackscope.inspection.settings import MeasureSettings
from crackscope.lines.score import Scorer
from crackscope.models import bundle as bundles
from crackscope.models import concrete as concretes
from crackscope.models import pooling
from crackscope.models.bundle import CELLS, PACKAGED, Bundle
from crackscope.models.concrete import Concrete, looked_at
from crackscope.options import Device, Precision, RuntimeName, at_least, check, fraction, within
from crackscope.runtimes import RUNTIMES, Runtime
from crackscope.scoring.gate import Gate
from crackscope.scoring.half_scale import Blend
from crackscope.scoring.photos import PhotoScorer
from crackscope.scoring.scored import Scored
from crackscope.scoring.scoremap import ScoreMapper
from crackscope.types import Photo, PhotoResult, ScoreMap

if TYPE_CHECKING:
    from crackscope.images.large.large_photo import LargePhoto
    from crackscope.inspection.interactive import PhotoLike
    from crackscope.inspection.measuring import Measuring

_BLOCKS = 4
"""Blocks of a photo that are computed in parallel, which is faster than more threads per block, and
takes about 0.35 GB each."""


@dataclass(frozen=True, repr=False)
class Inspector:
    """A loaded model; thread-safe.

    `concrete` recognises concrete surfaces, if the bundle supports it. With `mapper`, photos of
    more than one window are scored in one pass of the network, with windows one cell apart;
    without, in disjoint windows. `measuring` measures cracks in mm, if a scale was given. `scorer`
    scores cracks, if the model has lines.
    """

    bundle: Bundle
    runtime: Runtime
    concrete: Concrete | None = None
    mapper: ScoreMapper | None = None
    measuring: "Measuring | None" = None
    scorer: Scorer | None = None

    def __repr__(self) -> str:
        return f"Inspector({self.bundle.identity!r})"

    @property
    def has_lines(self) -> bool:
        """Whether the model finds cracks; otherwise regions."""
        return self.mapper is not None and self.mapper.gate is not None

    @overload  # the first match applies: text and arrays are iterable, too
    def inspect(  # type: ignore[overload-overlap]
        self, photo: "PhotoLike", threshold: float | None = None
    ) -> PhotoResult: ...
    @overload
    def inspect(
        self, photo: "Iterable[PhotoLike]", threshold: float | None = None
    ) -> list[PhotoResult]: ...
    @checked
    def inspect(
        self, photo: Any, threshold: float | None = None
    ) -> PhotoResult | list[PhotoResult]:
        """Inspect one photo: a path, a Pillow image, upright pixels (H, W, 3) uint8 RGB or a
        `Photo`; or each photo of a list.

        `threshold` is the crack threshold; default: the model's own. Raises ImageError, with the
        name of the photo, if it cannot be read.
        """
        check(fraction("threshold", threshold))
        from crackscope.inspection import interactive  # which the command does not need

        return interactive.inspect(self, photo, self.judge(threshold))

    def score_map(self, photo: Photo) -> ScoreMap:
        """The score of every window of one photo."""
        return self.score(photo).windows

    def score(self, photo: Photo) -> Scored:
        """The output of the network for one photo."""
        return self.score_all([photo])[0]

    def score_all(self, photos: Sequence[Photo]) -> list[Scored]:
        """The outputs for several photos; photos of one window share batches."""
        return self._scoring(photos)

    def score_large(self, large: "LargePhoto") -> Scored:
        """The same for a photo that is read in blocks; keeps the pixels that are needed to judge
        it."""
        if self.concrete is not None:
            large.rows.keep(looked_at(self._scoring.frame(large.photo)))
        return self.score(large.photo)

    def score_photos(self, photos: Sequence[Photo]) -> list[float]:
        """The score of each photo, as from `inspect`; lines are skipped for photos of one window,
        which have the score of the window."""
        found = replace(self._scoring, lines_of_patches=False)(photos)
        return [self.judge().score(one) for one in found]

    def measured(self, photo: Photo, result: PhotoResult) -> Measured:
        """The result in mm, if the photo has a scale: a given one, or that of a GeoTIFF."""
        has_own = photo.metadata is not None and photo.metadata.georeference is not None
        if self.measuring is None and not has_own:
            return Measured(result)
        from crackscope.inspection.measured import (
            measured,  # slow import; most photos have no scale
        )
        from crackscope.inspection.measuring import Measuring

        return measured(photo, result, self.measuring or Measuring())

    def judge(self, threshold: float | None = None) -> Judge:
        """The judge that turns scores into results."""
        return Judge(self.bundle, self.concrete, self.scorer, threshold)

    @property
    def _scoring(self) -> PhotoScorer:
        return PhotoScorer(self.runtime, self.bundle.input.window, self.mapper)


@checked
def load(
    model: str | Path = PACKAGED,
    device: Device = "auto",
    threads: int | None = None,
    *,
    scale: float = 1.0,
    mm_per_px: float | Path | None = None,
    marker_mm: float | None = None,
    two_points: str | None = None,
    corners: str | None = None,
    distance_mm: float | None = None,
    calibration: Path | None = None,
    standard: str | None = None,
    exposure: str | None = None,
    runtime: RuntimeName = "onnx",
    precision: Precision = "f32",
) -> Inspector:
    """Load and verify a model: the packaged one, a bundle folder, or a run folder.

    `threads` is the number of threads per photo, by default one per core; use 1 if the calls come
    from a thread pool. `scale` enlarges photos for the network: above 1 for photos taken from
    farther away than the training photos; raises UsageError if the model does not support it.
    `precision` bf16 requires `runtime` openvino. The arguments for scale, and the `standard` for
    widths, are the flags of `crackscope inspect` with the same names. Raises UsageError for invalid
    arguments.
    """
    asked = MeasureSettings(
        mm_per_px=mm_per_px,
        marker_mm=marker_mm,
        two_points=two_points,
        corners=corners,
        distance_mm=distance_mm,
        calibration=calibration,
        standard=standard,
        exposure=exposure,
    )
    check(
        at_least("threads", threads, 1),
        within("scale", scale, 0.1, 4.0),
        *asked.rules,
    )
    measuring = asked.prepared()
    bundle = bundles.load(model)
    known = pooling.load(bundle)
    if known is None and scale != 1.0:
        raise _one_scale(bundle, scale)
    threads = threads or environment.cores()
    blocks = 1 if known is None else min(threads, _BLOCKS)
    network = RUNTIMES.get(runtime)(bundle, device, ceil(threads / blocks), precision)
    _try(network, bundle)
    mapper = None
    if known is not None:
        gate = None if bundle.lines is None else Gate(**bundle.lines)
        blend = None if bundle.blend is None else Blend(**bundle.blend)
        mapper = ScoreMapper(network, known, gate, blend, scale, network.block, threads=blocks)
    known_concrete, scorer = concretes.load(bundle), cracks.load(bundle)
    return Inspector(bundle, network, known_concrete, mapper, measuring, scorer)


def _try(network: Runtime, bundle: Bundle) -> None:
    """Score two blank windows, so that a broken network is reported before the first photo is
    read."""
    side = bundle.input.window
    try:
        network(np.zeros((2, side, side, 3), np.uint8))
    except BundleError as error:
        raise BundleError(f"the model {bundle.folder} does not run: {error}") from error


def _one_scale(bundle: Bundle, scale: float) -> UsageError:
    return UsageError(
        f"scale must be 1 for {bundle.name}: it has no {CELLS}, so it only scores windows of "
        f"{bundle.input.window} px. Received: {scale:g}. Retrain the model with this version, or "
        "resize the photos"
    )
