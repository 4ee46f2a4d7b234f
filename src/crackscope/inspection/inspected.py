"""The outcome of inspecting one photo."""

from dataclasses import dataclass

from crackscope.inspection.pictures import Pictures
from crackscope.types import PhotoResult, Pixels, ScoreMap


@dataclass(frozen=True, slots=True)
class Measured:
    """A result, in mm if the photo has a scale; and the rectified photo, if requested and known."""

    result: PhotoResult
    rectified: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """The result of a photo; if scored, its window scores, and the images that were requested."""

    result: PhotoResult
    windows: ScoreMap | None = None
    pictures: Pictures | None = None
