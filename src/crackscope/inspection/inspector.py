"""The inspector: a model that turns photos into results."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, overload

from crackscope.arguments import checked
from crackscope.errors import ImageError, UsageError
from crackscope.images.large.large_photo import LargePhoto, opened
from crackscope.images.memory import is_picture, name_of
from crackscope.inspection.inspected import Measured
from crackscope.inspection.judgement import Judge
from crackscope.inspection.view import PhotoLike, View, read_any
from crackscope.lines.score import Scorer
from crackscope.models.bundle import Bundle
from crackscope.models.concrete import Concrete, looked_at
from crackscope.options import check, fraction
from crackscope.runtimes import Runtime
from crackscope.scoring.photos import PhotoScorer
from crackscope.scoring.scored import Scored
from crackscope.scoring.scoremap import ScoreMapper
from crackscope.types import Photo, PhotoResult, ScoreMap

if TYPE_CHECKING:
    from crackscope.inspection.measuring import Measuring


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
        """Inspect one photo: a path, a Pillow image, upright pixels (H, W, 3) uint8 RGB or a
        `Photo`; or each photo of a list.

        `threshold` is the crack threshold; default: the model's own. Raises ImageError, with the
        name of the photo, if it cannot be read.
        """
        check(fraction("threshold", threshold))
        if isinstance(photo, str | PathLike | Photo) or is_picture(photo):
            return self._inspect(photo, self.judge(threshold))
        if isinstance(photo, Iterable) and not isinstance(photo, bytes | Mapping):
            return [self.inspect(one, threshold) for one in photo]
        raise UsageError(
            "a photo must be a path, a Pillow image, a NumPy array, or a list of these. "
            f"Received: {photo!r:.80} ({type(photo).__name__})"
        )

    def _inspect(self, photo: PhotoLike, judge: Judge) -> PhotoResult:
        start = time.perf_counter()
        name = _name(photo)
        try:
            if isinstance(photo, str | PathLike):
                with opened(Path(photo)) as large:
                    if large is not None:
                        found = self.score_large(large)
                        (result,) = judge([large.photo], [found], [time.perf_counter() - start])
                        result = self.measured(large.photo, result).result
                        return replace(result, view=View(large.reduced(), found.windows))
            pixels = read_any(photo)
        except ImageError as error:
            raise ImageError(error.kind, f"{name}: {error}") from error
        found = self.score(pixels)
        (result,) = judge([pixels], [found], [time.perf_counter() - start])
        result = self.measured(pixels, result).result
        return replace(result, view=View(photo, found.windows))

    def score_map(self, photo: Photo) -> ScoreMap:
        """The score of every window of one photo."""
        return self.score(photo).windows

    def score(self, photo: Photo) -> Scored:
        """The output of the network for one photo."""
        return self.score_all([photo])[0]

    def score_all(self, photos: Sequence[Photo]) -> list[Scored]:
        """The outputs for several photos; photos of one window share batches."""
        return self._scoring(photos)

    def score_large(self, large: LargePhoto) -> Scored:
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


def _name(photo: PhotoLike) -> str:
    if isinstance(photo, Photo):
        return photo.path
    return fspath(photo) if isinstance(photo, str | PathLike) else name_of(photo)
