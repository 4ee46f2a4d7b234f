"""Results from the outputs of the network."""

from collections.abc import Sequence
from dataclasses import dataclass

from crackscope.inspection import cracks, verdict
from crackscope.inspection.material import materials
from crackscope.lines.score import Scorer
from crackscope.models.bundle import Bundle
from crackscope.models.concrete import Concrete
from crackscope.scoring.scored import Scored
from crackscope.types import Crack, Material, Photo, PhotoResult, Region


@dataclass(frozen=True)
class Judge:
    """Turns scores into results.

    `threshold` is the crack threshold; default: the model's own. `concrete` recognises concrete
    surfaces and `scorer` scores cracks, if the bundle supports it.
    """

    bundle: Bundle
    concrete: Concrete | None = None
    scorer: Scorer | None = None
    threshold: float | None = None

    def __call__(
        self, photos: Sequence[Photo], found: Sequence[Scored], seconds: Sequence[float]
    ) -> list[PhotoResult]:
        """The result of each photo, with its processing time in `seconds`."""
        shown = materials(photos, found, self.concrete, self.bundle.concrete)
        rows = zip(photos, found, shown, seconds, strict=True)
        return [self._result(*row) for row in rows]

    def score(self, found: Scored) -> float:
        """The photo's score, as in its result at the default threshold."""
        return self._cracks_and_score(found, self.bundle.crack_thresholds.lower)[1]

    def _result(
        self, photo: Photo, found: Scored, shown: Material | None, seconds: float
    ) -> PhotoResult:
        lower, upper = self._limits(found)
        lines, score = self._cracks_and_score(found, min(self.bundle.crack_thresholds.lower, upper))
        highest = float(found.windows.scores.max()) if lines is None else 0.0
        regions = _regions(found, upper) if lines is None else ()
        if lines is not None and score < min(lower, upper):
            lines = ()  # none is significant in a photo of this size
        return PhotoResult(
            path=photo.path,
            model=self.bundle.identity,
            seconds=seconds,
            verdict=verdict.decide(score, highest, lower, upper),
            score=score,
            threshold=upper,
            width=photo.width,
            height=photo.height,
            regions=regions,
            cracks=lines,
            material=shown,
            metadata=photo.metadata,
            remark=photo.remark,
        )

    def _limits(self, found: Scored) -> tuple[float, float]:
        """The limits for the photo's score, of windows or of cracks: (unsure from, crack from)."""
        of_cracks = found.lines is not None and found.windows.scores.size > 1
        limits = self.bundle.crack_thresholds if of_cracks else self.bundle.thresholds
        return limits.lower, limits.upper if self.threshold is None else self.threshold

    def _cracks_and_score(
        self, found: Scored, least: float
    ) -> tuple[tuple[Crack, ...] | None, float]:
        """The cracks that score at least `least`, None for a model without lines; and the photo's
        score."""
        lines = cracks.find(found, self.scorer, least)
        if lines is None:
            return None, verdict.score(found.windows)
        return lines, verdict.score_with_lines(found.windows, lines, least)


def _regions(found: Scored, upper: float) -> tuple[Region, ...]:
    from crackscope.inspection.regions import find_regions  # needed by few models

    return find_regions(found.windows, upper)
