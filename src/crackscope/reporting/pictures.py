"""The pictures of an inspection, found again by the naming rule and made small for a report."""

import os
from pathlib import Path
from urllib.parse import quote

from crackscope.images.large.large_photo import WHOLE_MEGAPIXELS
from crackscope.rendering import overlay as overlays
from crackscope.rendering import thumbnail
from crackscope.rendering.scale_bar import Bar, bar
from crackscope.reporting import Context
from crackscope.reporting.measured import scale_of
from crackscope.reporting.names import close_up_name, thumbnail_name
from crackscope.types import PhotoResult

_SMALLEST_RATIO = 0.75
"""How much smaller than it might be an overlay is drawn, where that is sharper."""


def overlay(
    context: Context,
    photo: str,
    long_side: int = thumbnail.LONG_SIDE,
    quality: int = thumbnail.QUALITY,
) -> bytes | None:
    """The overlay of a photo as a small JPEG; None where there is none (any more)."""
    content = _content(context, context.overlays.get(photo))
    try:
        return None if content is None else thumbnail.of_jpeg(content, long_side, quality)
    except ValueError:
        return None


def plain(context: Context, photo: str) -> bytes | None:
    """The photo itself as a small JPEG, kept since its inspection; None where it is not there."""
    name = context.overlays.get(photo)
    return None if name is None else _content(context, thumbnail_name(name))


def close_up(context: Context, photo: str, crack: int) -> bytes | None:
    """A crack from near, as a JPEG made at its inspection; None where it is not there."""
    name = context.overlays.get(photo)
    return None if name is None else _content(context, close_up_name(name, crack))


def bar_on_photo(result: PhotoResult, context: Context, width: int) -> Bar | None:
    """The scale bar of a picture that shows a photo, or its overlay, on `width` pixels.

    None without a scale, and where the overlay may be wider than the photo, as narrow ones are.
    """
    scale, wide, high = scale_of(result, context), result.width or 1, result.height or 1
    drawn = wide * min(1.0, overlays.LONG_SIDE / max(wide, high)) * _SMALLEST_RATIO
    if scale is None or drawn < overlays.WIDEST_LEGEND:
        return None
    return bar(width, high * width / wide, scale.mm_per_px * wide / width)


def bar_on_close_up(result: PhotoResult, context: Context, size: tuple[int, int]) -> Bar | None:
    """The scale bar of a close-up of `size` pixels, which are those of the photo.

    None without a scale, and where the photo may have been read in parts: then they are not.
    """
    scale = scale_of(result, context)
    megapixels = (result.width or 0) * (result.height or 0) / 1e6
    whole = megapixels <= WHOLE_MEGAPIXELS or result.path.lower().endswith((".jpg", ".jpeg"))
    return bar(*size, scale.mm_per_px) if scale is not None and whole else None


def link(context: Context, photo: str, dest: Path) -> str | None:
    """A URL of the overlay for a page in the folder `dest`: relative, but across drives."""
    file = _inside(context, context.overlays.get(photo))
    if file is None:
        return None
    try:
        return quote(Path(os.path.relpath(file, dest.resolve())).as_posix())
    except ValueError:  # another drive
        return file.as_uri()


def _inside(context: Context, name: str | None) -> Path | None:
    """A file of the inspection's folder, all links followed; None where it would lie outside.

    A folder may come from elsewhere, and a report of it be sent on: it must not carry our files.
    """
    if name is None:
        return None
    folder = context.folder.resolve()
    file = (folder / name).resolve()
    return file if file.is_relative_to(folder) else None


def _content(context: Context, name: str | None) -> bytes | None:
    """What is in it; None where it is not there (any more)."""
    file = _inside(context, name)
    try:
        return file.read_bytes() if file is not None and file.is_file() else None
    except OSError:
        return None
