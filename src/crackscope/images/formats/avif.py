"""AVIF: checks that the frames match the image size in the header.

libavif decodes frames of any size, and scales them to the size in the header.
"""

from crackscope.errors import ImageError
from crackscope.images.formats import av1, boxes

_TIMES = 4
"""Maximum pixels of all frames per pixel of the image: colour, alpha, a gain map and a thumbnail,
or one image in a stream that allows sizes up to the next power of two."""


def check(content: bytes, width: int, height: int) -> None:
    """Raise ImageError if the frames have far more pixels than `width` × `height`, or if their size
    is unknown."""
    items = boxes.items_of(content, b"av01")
    try:
        sizes = [av1.largest_frame(item) for item in items]
    except IndexError:
        sizes = []
    known = [size for size in sizes if size]
    if not known:
        raise ImageError(
            "unreadable", "the AVIF file is damaged: the size of its frames is missing"
        )
    if sum(known) > _TIMES * width * height:
        raise ImageError(
            "unreadable",
            f"its frames have {sum(known)} pixels, but the image has {width * height}. The file "
            "is damaged, or made to exhaust memory. Check its origin",
        )
