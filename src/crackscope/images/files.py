"""Reads the content of image files."""

import re
import stat
from pathlib import Path, PurePath

from crackscope.errors import ImageError

MAX_BYTES_PER_PIXEL = 16
"""Four channels with 32 bits."""
_VIDEO = re.compile(r"\.(mp4|mov|m4v|avi|mkv|webm|wmv|mts|m2ts|mpe?g|3gp)", re.IGNORECASE)


def largest_file(max_megapixels: float) -> int:
    """Maximum size in bytes of a photo of so many megapixels, in any format."""
    return int(max_megapixels * 1e6 * MAX_BYTES_PER_PIXEL) + 2**26


def check_length(length: int, max_megapixels: float) -> None:
    """Raise ImageError if `length` bytes are too many for a photo of `max_megapixels`."""
    if length > largest_file(max_megapixels):
        raise ImageError(
            "too_large",
            f"the file has {length / 1e6:.0f} MB, too much for a photo of "
            f"{max_megapixels:g} megapixels. If it is a photo, increase --max-megapixels",
        )


def is_video_name(path: str) -> bool:
    """Whether a path has the extension of a video."""
    return _VIDEO.fullmatch(PurePath(path).suffix) is not None


def refuse_video(name: str) -> None:
    """Raise ImageError for a file with the extension of a video, before it is read."""
    if is_video_name(name):
        raise ImageError(
            "unsupported",
            "a video. Give the path of a local file and a sampling interval such as --every 1s, "
            f'or extract frames with ffmpeg -i "{PurePath(name).name}" -vf fps=1 -q:v 2 '
            "frame_%06d.jpg",
        )


def content_of(path: Path, max_megapixels: float) -> bytes:
    """The content of a file; raises ImageError, with different kinds for missing and forbidden."""
    refuse_video(path.name)
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            next(path.iterdir(), None)  # a folder that could not be listed: raises the reason
        if not stat.S_ISREG(state.st_mode):
            raise ImageError("unreadable", "it is not a regular file")
        check_length(state.st_size, max_megapixels)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError("not_found", "the file does not exist, or was removed") from error
    except PermissionError as error:
        raise ImageError("not_permitted", "permission denied") from error
    except (OSError, ValueError) as error:
        raise ImageError("unreadable", f"cannot read the file: {error}") from error
