"""AVIF: its frames are as large as its header says.

libavif decodes whatever size they have, and scales them to that of the header.
"""

from crackscope.errors import ImageError
from crackscope.images.formats import av1, boxes

_TIMES = 4
"""Pixels of all frames for each of the picture: colour, alpha, a gain map and a thumbnail, or one
picture whose stream has room for sizes up to the next power of two."""


def check(content: bytes, width: int, height: int) -> None:
    """Raise ImageError where the frames in a file, open as `width` by `height`, have far more
    pixels than that, or do not say how many."""
    items = boxes.items_of(content, b"av01")
    try:
        sizes = [av1.largest_frame(item) for item in items]
    except IndexError:
        sizes = []
    known = [size for size in sizes if size]
    if not known:
        raise ImageError("unreadable", "it does not say how large its coded frames are")
    if sum(known) > _TIMES * width * height:
        raise ImageError(
            "unreadable",
            f"its frames have {sum(known)} pixels, and the picture itself {width * height}: it is "
            "damaged, or made to fill the memory. See where it comes from",
        )
