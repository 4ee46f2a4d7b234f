"""Recognises images written by crackscope, by their software tag."""

import stat
from functools import lru_cache
from pathlib import Path

from crackscope.images.exif import SOFTWARE, parse, software_of

PNG_TEXT = (b"tEXt", b"Software\0" + SOFTWARE.encode())
"""Kind and data of the PNG chunk with the software tag."""
_PNG, _EXIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1"
HEAD_BYTES = 2**15
"""Enough for the directory of an EXIF block and the longest texts before the software tag."""


def is_ours(head: bytes) -> bool:
    """Whether the image that begins with `head` was written by crackscope."""
    if SOFTWARE.encode() not in head:  # fast path for most photos
        return False
    if head.startswith(_PNG):
        return PNG_TEXT in _chunks(head)
    return head.startswith(_EXIF) and software_of(parse(head[6:])) == SOFTWARE


def is_our_file(path: Path) -> bool:
    """The same for a file, of which only the beginning is read; False if it cannot be read."""
    try:
        state = path.stat()
        return stat.S_ISREG(state.st_mode) and _look(path, state.st_size, state.st_mtime_ns)
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=2**16)
def _look(path: Path, size: int, changed: int) -> bool:
    """Cached, because a watched folder is listed every few seconds."""
    with path.open("rb") as file:
        return is_ours(file.read(HEAD_BYTES))


def _chunks(head: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and data of the chunks of a PNG before its pixels."""
    found, place = [], len(_PNG)
    while (kind := head[place + 4 : place + 8]) and kind != b"IDAT":
        end = place + 8 + int.from_bytes(head[place : place + 4])
        found.append((kind, head[place + 8 : end]))
        place = end + 4
    return found
