"""Photos given in Python, as paths, arrays or images, whose results draw themselves on demand."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, cast

from crackscope.errors import ImageError, UsageError
from crackscope.images.large import opened
from crackscope.images.memory import Picture, is_picture, name_of, photo_of
from crackscope.images.read import read
from crackscope.inspection.judgement import Judge
from crackscope.rendering import overlay
from crackscope.types import Photo, PhotoResult, ScoreMap

if TYPE_CHECKING:
    from crackscope.inspection.inspector import Inspector

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


def inspect(
    inspector: "Inspector", photo: PhotoLike | Iterable[PhotoLike], judge: Judge
) -> PhotoResult | list[PhotoResult]:
    """The result of a photo, or of each photo of a list; see `Inspector.inspect`."""
    if isinstance(photo, str | PathLike | Photo) or is_picture(photo):
        return _inspect(inspector, photo, judge)
    if isinstance(photo, Iterable) and not isinstance(photo, bytes | Mapping):
        return [cast(PhotoResult, inspect(inspector, each, judge)) for each in photo]
    raise UsageError(
        "a photo must be a path, a Pillow image, a NumPy array, or a list of these. "
        f"Received: {photo!r:.80} ({type(photo).__name__})"
    )


def _inspect(inspector: "Inspector", photo: PhotoLike, judge: Judge) -> PhotoResult:
    start, name = time.perf_counter(), _name(photo)
    try:
        if isinstance(photo, str | PathLike):
            with opened(Path(photo)) as large:
                if large is not None:
                    found = inspector.score_large(large)
                    (result,) = judge([large.photo], [found], [time.perf_counter() - start])
                    result = inspector.measured(large.photo, result).result
                    return replace(result, view=View(large.reduced(), found.windows))
        pixels = read_any(photo)
    except ImageError as error:
        raise ImageError(error.kind, f"{name}: {error}") from error
    found = inspector.score(pixels)
    (result,) = judge([pixels], [found], [time.perf_counter() - start])
    result = inspector.measured(pixels, result).result
    return replace(result, view=View(photo, found.windows))


def _name(photo: PhotoLike) -> str:
    if isinstance(photo, Photo):
        return photo.path
    return fspath(photo) if isinstance(photo, str | PathLike) else name_of(photo)
