"""Pictures that crackscope drew: they name it as their software, wherever they are moved to."""

import stat
from functools import lru_cache
from pathlib import Path

from crackscope.images.exif import SOFTWARE, parse, software_of

PNG_TEXT = (b"tEXt", b"Software\0" + SOFTWARE.encode())
"""Kind and data of the chunk that says it in a PNG."""
_PNG, _EXIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1"
HEAD_BYTES = 2**15
"""Enough for the directory of an EXIF block and the longest texts before the software's name."""


def is_ours(head: bytes) -> bool:
    """Whether the picture that begins so was drawn by crackscope."""
    if SOFTWARE.encode() not in head:  # most often that is all there is to do
        return False
    if head.startswith(_PNG):
        return PNG_TEXT in _chunks(head)
    return head.startswith(_EXIF) and software_of(parse(head[6:])) == SOFTWARE


def is_our_file(path: Path) -> bool:
    """The same for a file; what cannot be read is not ours. Its beginning alone is read."""
    try:
        state = path.stat()
        return stat.S_ISREG(state.st_mode) and _look(path, state.st_size, state.st_mtime_ns)
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=2**16)
def _look(path: Path, size: int, changed: int) -> bool:
    """Kept, since a folder that is watched is listed every few seconds."""
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
