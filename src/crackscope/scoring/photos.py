"""From photos to what the network sees in them: the one way, whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crackscope.scoring import windows
from crackscope.scoring.scored import Scored
from crackscope.scoring.scoremap import ScoreMapper
from crackscope.scoring.windows import Look
from crackscope.types import Photo, ScoreMap


@dataclass(frozen=True)
class PhotoScorer:
    """Photos of more than one window are scored by `mapper`, in one pass of the network; others,
    and all where there is no mapper, by `network` in disjoint windows of `window` px.

    `lines_of_patches`: whether lines are asked for where a photo is one window.
    """

    network: Look[float]
    window: int
    mapper: ScoreMapper | None = None
    lines_of_patches: bool = True

    def __call__(self, photos: Sequence[Photo]) -> list[Scored]:
        """What the network sees in each photo; those of one window share its batches."""
        mapper = self.mapper
        if mapper is None:
            return [Scored(found) for found in self._windows(photos)]
        small = [photo for photo in photos if not mapper.takes(photo)]
        patches = iter(map(self._with_lines, small, self._windows(small)))
        return [mapper(photo) if mapper.takes(photo) else next(patches) for photo in photos]

    def frame(self, photo: Photo) -> ScoreMap:
        """Where the windows of a photo lie; their scores are 0."""
        if self.mapper is not None:
            return self.mapper.frame(photo)
        return windows.frame(photo, self.window)

    def _windows(self, photos: Sequence[Photo]) -> list[ScoreMap]:
        return windows.score(self.network, photos, self.window)

    def _with_lines(self, photo: Photo, found: ScoreMap) -> Scored:
        """A photo of one window is decoded where its score asks for it, so that patches take no
        longer."""
        if self.mapper is None or self.mapper.gate is None or not self.lines_of_patches:
            return Scored(found)
        if found.scores.max() < self.mapper.gate.score:
            return Scored(found, lines=self.mapper.no_lines(photo))
        return replace(self.mapper.all_lines(photo), windows=found)
