"""What comes of one photo."""

from dataclasses import dataclass

from crackscope.inspection.pictures import Pictures
from crackscope.types import PhotoResult, ScoreMap


@dataclass(frozen=True, slots=True)
class Inspected:
    """The result of a photo; of one that was scored the scores of its windows, and the pictures
    that were asked for."""

    result: PhotoResult
    windows: ScoreMap | None = None
    pictures: Pictures | None = None
