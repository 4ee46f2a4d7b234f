"""The tags of a TIFF by their names, and whether all that it lists have been understood.

Pillow leaves out those that it does not understand.
"""

from enum import IntEnum
from typing import IO, Any

from crackscope.errors import ImageError


class Tag(IntEnum):
    """The tags that are looked at, here and by those who read a TIFF."""

    SUBFILE_TYPE = 254
    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_OFFSETS = 273
    ORIENTATION = 274
    SAMPLES = 277
    STRIP_ROWS = 278
    STRIP_LENGTHS = 279
    MAX_VALUE = 281
    PLANES = 284
    PREDICTOR = 317
    PALETTE = 320
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILE_OFFSETS = 324
    TILE_LENGTHS = 325
    SUB_DIRECTORIES = 330
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    SIGNED_MAX_VALUE = 341
    JPEG_TABLES = 347
    SUBSAMPLING = 530
    REFERENCE_BLACK_WHITE = 532
    DNG_VERSION = 50706


DECODING = frozenset(
    {Tag.BITS, Tag.COMPRESSION, Tag.PHOTOMETRIC, Tag.FILL_ORDER, Tag.SAMPLES, Tag.PREDICTOR}
    | {Tag.PALETTE, Tag.EXTRA_SAMPLES, Tag.SAMPLE_FORMAT, Tag.JPEG_TABLES, Tag.SUBSAMPLING}
    | {Tag.REFERENCE_BLACK_WHITE}
)
"""What each strip or tile is decoded by."""
_PIXELS = (
    DECODING
    | {Tag.WIDTH, Tag.HEIGHT, Tag.ORIENTATION, Tag.PLANES}
    | {Tag.STRIP_OFFSETS, Tag.STRIP_ROWS, Tag.STRIP_LENGTHS}
    | {Tag.TILE_WIDTH, Tag.TILE_HEIGHT, Tag.TILE_OFFSETS, Tag.TILE_LENGTHS}
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
            f"its tag {lost[0]:d}, which bears on the pixels, is damaged: copy the file again from "
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
