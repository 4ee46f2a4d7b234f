"""Score photos with a network: the single path used by all commands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crackscope.scoring import windows
from crackscope.scoring.scored import Scored
from crackscope.scoring.scoremap import ScoreMapper
from crackscope.scoring.windows import Look
from crackscope.types import Photo, ScoreMap


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
        return windows.frame(photo, self.window)

    def _windows(self, photos: Sequence[Photo]) -> list[ScoreMap]:
        return windows.score(self.network, photos, self.window)

    def _with_lines(self, photo: Photo, found: ScoreMap) -> Scored:
        """Add lines to a photo of one window if its score reaches the gate, so that most patches
        stay fast."""
        if self.mapper is None or self.mapper.gate is None or not self.lines_of_patches:
            return Scored(found)
        if found.scores.max() < self.mapper.gate.score:
            return Scored(found, lines=self.mapper.no_lines(photo))
        return replace(self.mapper.all_lines(photo), windows=found)
