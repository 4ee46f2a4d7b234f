"""What comes of one photo."""

from dataclasses import dataclass

from crackscope.inspection.pictures import Pictures
from crackscope.types import PhotoResult, Pixels, ScoreMap


@dataclass(frozen=True, slots=True)
class Measured:
    """A result, in mm where the photo has a scale; the photo in its plane, where that was asked
    for and is known."""

    result: PhotoResult
    rectified: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """The result of a photo; of one that was scored the scores of its windows, and the pictures
    that were asked for."""

    result: PhotoResult
    windows: ScoreMap | None = None
    pictures: Pictures | None = None
