"""The images of an inspection, located by their names and scaled down for reports."""

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from crackscope.images.large import WHOLE_MEGAPIXELS
from crackscope.rendering import overlay as overlays
from crackscope.rendering import thumbnail
from crackscope.reporting import Context
from crackscope.reporting.names import close_up_name, thumbnail_name
from crackscope.types import PhotoResult

if TYPE_CHECKING:
    from crackscope.rendering.scale_bar import Bar

_SMALLEST_RATIO = 0.75
"""Smallest size of an overlay relative to the largest possible, chosen where that is sharper."""


def overlay(
    context: Context,
    photo: str,
    long_side: int = thumbnail.LONG_SIDE,
    quality: int = thumbnail.QUALITY,
) -> bytes | None:
    """The overlay of a photo as a small JPEG; None if the file is missing."""
    content = _content(context, context.overlays.get(photo))
    try:
        return None if content is None else thumbnail.of_jpeg(content, long_side, quality)
    except ValueError:
        return None


def plain(context: Context, photo: str) -> bytes | None:
    """The photo as a small JPEG, stored by the inspection; None if the file is missing."""
    name = context.overlays.get(photo)
    return None if name is None else _content(context, thumbnail_name(name))


def close_up(context: Context, photo: str, crack: int) -> bytes | None:
    """The close-up of a crack as a JPEG, stored by the inspection; None if the file is missing."""
    name = context.overlays.get(photo)
    return None if name is None else _content(context, close_up_name(name, crack))


def bar_on_photo(result: PhotoResult, context: Context, width: int) -> "Bar | None":
    """The scale bar of an image that shows a photo, or its overlay, `width` pixels wide.

    None without a scale, or if the overlay may be wider than the photo, as for narrow photos.
    """
    scale, wide, high = context.scale_of(result), result.width or 1, result.height or 1
    drawn = wide * min(1.0, overlays.LONG_SIDE / max(wide, high)) * _SMALLEST_RATIO
    if scale is None or drawn < overlays.WIDEST_LEGEND:
        return None
    from crackscope.rendering.scale_bar import bar  # most photos have no scale

    return bar(width, high * width / wide, scale.mm_per_px * wide / width)


def bar_on_close_up(result: PhotoResult, context: Context, size: tuple[int, int]) -> "Bar | None":
    """The scale bar of a close-up of `size` pixels, at full resolution.

    None without a scale, or if the photo may have been read in blocks: then the resolution differs.
    """
    scale = context.scale_of(result)
    megapixels = (result.width or 0) * (result.height or 0) / 1e6
    whole = megapixels <= WHOLE_MEGAPIXELS or result.path.lower().endswith((".jpg", ".jpeg"))
    if scale is None or not whole:
        return None
    from crackscope.rendering.scale_bar import bar

    return bar(*size, scale.mm_per_px)


def link(context: Context, photo: str, dest: Path) -> str | None:
    """The URL of the overlay for a page in the folder `dest`: relative, except across drives."""
    file = _inside(context, context.overlays.get(photo))
    if file is None:
        return None
    try:
        return quote(Path(os.path.relpath(file, dest.resolve())).as_posix())
    except ValueError:  # another drive
        return file.as_uri()


def _inside(context: Context, name: str | None) -> Path | None:
    """A file in the results folder, with links resolved; None if it would be outside.

    The folder may come from someone else, and its report may be sent on: that must not leak files
    of this machine.
    """
    if name is None:
        return None
    folder = context.folder.resolve()
    file = (folder / name).resolve()
    return file if file.is_relative_to(folder) else None


def _content(context: Context, name: str | None) -> bytes | None:
    """The content of the file; None if it is missing."""
    file = _inside(context, name)
    try:
        return file.read_bytes() if file is not None and file.is_file() else None
    except OSError:
        return None
