"""Whether the tags that a TIFF lists have all been understood: Pillow leaves others out."""

from typing import IO, Any

from crackscope.errors import ImageError

_PIXELS = frozenset(
    {256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284, 317, 320}
    | {322, 323, 324, 325, 338, 339, 347, 530, 532}
)
"""Tags that say what the pixels are, and where: without one of them others would come out."""
_MOST_TAGS = 2**16


def check_understood(file: IO[bytes], tags: Any) -> None:
    """Raise ImageError where a tag of the pixels stands in the file, but not in `tags`.

    Its type, its length or the place of its numbers is damaged then.
    """
    lost = sorted(_PIXELS.intersection(_listed(file, tags)).difference(tags))
    if lost:
        raise ImageError(
            "unreadable",
            f"its tag {lost[0]}, which bears on the pixels, is damaged: copy the file again from "
            "where it was made",
        )


def _listed(file: IO[bytes], tags: Any) -> set[int]:
    """The numbers of all tags in the directory that `tags` were read from."""
    order: Any = {b"II": "little", b"MM": "big"}[tags.prefix]
    file.seek(0)
    big = 43 in file.read(4)[2:]
    room, entry = (8, 20) if big else (2, 12)
    file.seek(tags.offset)
    count = min(int.from_bytes(file.read(room), order), _MOST_TAGS)
    entries = file.read(count * entry)
    return {int.from_bytes(entries[at : at + 2], order) for at in range(0, len(entries), entry)}
