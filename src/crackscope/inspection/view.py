"""Overlay of one result, rendered on demand."""

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from crackscope.errors import UsageError
from crackscope.images.memory import Picture, photo_of
from crackscope.images.read import read
from crackscope.rendering import overlay
from crackscope.types import Photo, PhotoResult, ScoreMap

PhotoLike = str | PathLike[str] | Picture | Photo
"""A photo: a path, a Pillow image, a NumPy array, or a loaded `Photo`."""


def read_any(photo: PhotoLike) -> Photo:
    """Load a photo; raises ImageError."""
    if isinstance(photo, Photo):
        return photo
    return read(Path(photo)) if isinstance(photo, str | PathLike) else photo_of(photo)


@dataclass(frozen=True, slots=True)
class View:
    """The photo of a result; a path if given as one, so that many results use little memory."""

    photo: PhotoLike
    windows: ScoreMap

    def __call__(self, result: PhotoResult, long_side: int) -> bytes:
        """The overlay as JPEG of at most `long_side` px.

        Reads a file again: raises ImageError if it is missing, UsageError if it has changed.
        """
        photo = read_any(self.photo)
        is_copy = isinstance(self.photo, Photo)  # possibly reduced
        if not is_copy and (photo.width, photo.height) != (result.width, result.height):
            raise UsageError(
                f"{result.path} has changed since the inspection: {photo.width} × {photo.height} "
                f"px now, {result.width} × {result.height} px then. Inspect it again"
            )
        return overlay.render(photo, self.windows, result, long_side)
