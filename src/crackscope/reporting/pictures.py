"""The pictures of an inspection, found again by the naming rule and made small for a report."""

import os
from pathlib import Path
from urllib.parse import quote

from crackscope.rendering import thumbnail
from crackscope.reporting import Context
from crackscope.reporting.names import close_up_name, thumbnail_name


def overlay(
    context: Context,
    photo: str,
    long_side: int = thumbnail.LONG_SIDE,
    quality: int = thumbnail.QUALITY,
) -> bytes | None:
    """The overlay of a photo as a small JPEG; None where there is none (any more)."""
    name = context.overlays.get(photo)
    if name is None:
        return None
    try:
        content = (context.folder / name).read_bytes()
        return thumbnail.of_jpeg(content, long_side, quality)
    except (OSError, ValueError):
        return None


def plain(context: Context, photo: str) -> bytes | None:
    """The photo itself as a small JPEG, kept since its inspection; None where it is not there."""
    name = context.overlays.get(photo)
    try:
        return None if name is None else (context.folder / thumbnail_name(name)).read_bytes()
    except OSError:
        return None


def close_up(context: Context, photo: str, crack: int) -> bytes | None:
    """A crack from near, as a JPEG made at its inspection; None where it is not there."""
    name = context.overlays.get(photo)
    try:
        return None if name is None else (context.folder / close_up_name(name, crack)).read_bytes()
    except OSError:
        return None


def link(context: Context, photo: str, dest: Path) -> str | None:
    """A URL of the overlay for a page in the folder `dest`: relative, but across drives."""
    name = context.overlays.get(photo)
    if name is None:
        return None
    file = (context.folder / name).resolve()
    try:
        return quote(Path(os.path.relpath(file, dest.resolve())).as_posix())
    except ValueError:  # another drive
        return file.as_uri()
