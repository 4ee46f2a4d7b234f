"""DNG: reads the embedded JPEG preview, if it is as large as the raw image."""

from collections.abc import Iterator
from typing import Any

from PIL import Image
from PIL.ExifTags import Base as Tag

from crackscope.errors import ImageError
from crackscope.images.formats.tiff import directory_at

_JPEG = 7
_MOST_DIRECTORIES = 64
_LEAST_FRACTION = 0.9
"""Minimum long side of the preview relative to the raw image, whose margins are cropped."""


def recognises(image: Image.Image) -> bool:
    """Whether an open TIFF is a DNG."""
    return Tag.DNGVersion in getattr(image, "tag_v2", {})


def preview(content: bytes, image: Image.Image) -> bytes:
    """The largest JPEG in the DNG `content`, open as `image`.

    Raises ImageError if it is smaller than the raw image: fine cracks would be lost.
    """
    found = [(_long_side(tags), _jpeg(content, tags)) for tags in _directories(content, image)]
    raw_side = max(side for side, _ in found)
    side, jpeg = max((entry for entry in found if entry[1]), default=(0, b""))
    if side < _LEAST_FRACTION * raw_side:
        size = f"is only {side} px long" if side else "is missing"
        raise ImageError(
            "unsupported",
            f"the JPEG preview of the DNG {size}; the raw image has {raw_side} px. Convert the "
            "photo to JPEG or TIFF, or set the camera to save JPEG as well",
        )
    return jpeg


def _directories(content: bytes, image: Any) -> Iterator[Any]:
    """The tags of the first image and of its sub-images, each once.

    Raises ImageError if there are more than any camera writes.
    """
    yield image.tag_v2
    offsets = image.tag_v2.get(Tag.SubIFDs, ())
    below = dict.fromkeys(offsets if isinstance(offsets, tuple) else (offsets,))
    if len(below) > _MOST_DIRECTORIES:
        raise ImageError(
            "unreadable",
            f"the DNG is damaged: it lists {len(below)} embedded images, and cameras write up to "
            "a dozen. Copy it again from the camera",
        )
    for offset in below:
        yield directory_at(content, offset)


def _long_side(directory: Any) -> int:
    return max(int(directory.get(Tag.ImageWidth, 0)), int(directory.get(Tag.ImageLength, 0)))


def _jpeg(content: bytes, directory: Any) -> bytes:
    """The JPEG in the only strip of a directory, b"" if there is none; raw data may be lossless
    JPEG, which is not supported."""
    offsets, lengths = directory.get(Tag.StripOffsets, ()), directory.get(Tag.StripByteCounts, ())
    if directory.get(Tag.Compression) != _JPEG or len(offsets) != 1 or len(lengths) != 1:
        return b""
    strip = content[offsets[0] : offsets[0] + lengths[0]]
    return strip if strip.startswith(b"\xff\xd8") and not _is_lossless(strip) else b""


def _is_lossless(strip: bytes) -> bool:
    """Whether its frame marker is SOF3."""
    position = 2
    while position + 4 <= len(strip) and strip[position] == 0xFF:
        marker = strip[position + 1]
        if marker in (0xC0, 0xC1, 0xC2, 0xC3):
            return marker == 0xC3
        position += 2 + int.from_bytes(strip[position + 2 : position + 4], "big")
    return True
