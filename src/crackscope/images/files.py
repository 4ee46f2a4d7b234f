"""The bytes of a file, or an ImageError that says why there are none."""

import re
import stat
from pathlib import Path, PurePath

from crackscope.errors import ImageError

MAX_BYTES_PER_PIXEL = 16
"""Four channels of 32 bits."""
_VIDEO = re.compile(r"\.(mp4|mov|m4v|avi|mkv|webm|wmv|mts|m2ts|mpe?g|3gp)", re.IGNORECASE)


def largest_file(max_megapixels: float) -> int:
    """Bytes that no photo of so many megapixels exceeds, however it is stored."""
    return int(max_megapixels * 1e6 * MAX_BYTES_PER_PIXEL) + 2**26


def check_length(length: int, max_megapixels: float) -> None:
    """Raise ImageError where a file of `length` bytes holds more than any photo of that size."""
    if length > largest_file(max_megapixels):
        raise ImageError(
            "too_large",
            f"the file has {length / 1e6:.0f} MB, more than any photo of "
            f"{max_megapixels:g} megapixels",
        )


def is_video_name(path: str) -> bool:
    """Whether a path ends as videos do."""
    return _VIDEO.fullmatch(PurePath(path).suffix) is not None


def refuse_video(name: str) -> None:
    """Raise ImageError for a file whose name ends as videos do, before it is read."""
    if is_video_name(name):
        raise ImageError(
            "unsupported",
            "a video: say how often to look, with --every 1s, and name the file itself, on this "
            "machine; or take "
            f'pictures out of it with ffmpeg -i "{PurePath(name).name}" -vf fps=1 -q:v 2 '
            "frame_%06d.jpg",
        )


def content_of(path: Path, max_megapixels: float) -> bytes:
    """All of the file; raises ImageError, whose kind tells a missing from a forbidden one."""
    refuse_video(path.name)
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            next(path.iterdir(), None)  # a folder comes here where listing it failed: say why
        if not stat.S_ISREG(state.st_mode):
            raise ImageError("unreadable", "it is not a file")
        check_length(state.st_size, max_megapixels)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError("not_found", "there is no such file (any more)") from error
    except PermissionError as error:
        raise ImageError("not_permitted", "this user may not read it") from error
    except (OSError, ValueError) as error:
        raise ImageError("unreadable", f"the system cannot read it: {error}") from error
