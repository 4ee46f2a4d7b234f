"""Checks that the data of an open image is complete up to its end, by format."""

from collections.abc import Iterator
from math import ceil
from typing import Any

import numpy as np
from PIL import Image

from crackscope.images.formats import tiff, webp
from crackscope.images.formats.boxes import picture_extents
from crackscope.images.zeros import (
    LONG,
    Read,
    Rows,
    before,
    black_rows,
    check_packed,
    interrupted,
    remark,
)

_NOISE = 8
"""Noise that lossy WebP adds to a single colour, in levels of 255."""
_PADDING = {webp.LOSSY: 8, webp.LOSSLESS: 2}
"""Trailing zero bytes of a WebP that its decoder may leave unread; 3 and 1 occurred in complete
files. The zeros of an interrupted copy are decoded as empty blocks, many per byte, or as the pixels
with the shortest code."""
_UNREAD = 16
"""Trailing bytes of any value that may be left unread; other encoders may write more padding."""
_LOSSLESS = 1 / 2
"""Maximum zero bytes per pixel in rows of one colour in lossless WebP; 0.38 occurred."""


def check(read: Read, image: Any, size: int) -> str:
    """A remark on rows at the end that are black or without data, "" if there are none.

    `read` returns bytes of the file of `size` bytes; `image` is open and not yet decoded. Raises
    ImageError if the end was replaced by zeros. Formats whose own structure reveals it (JPEG, PNG,
    GIF, JPEG 2000) are not checked.
    """
    if image.format == "WEBP":
        return _webp(read, image)
    if image.format == "AVIF":
        check_heif(read(0, size))
        return ""
    if image.format not in ("TIFF", "BMP", "PPM"):
        return ""
    if all(tile.codec_name in ("raw", "ppm") for tile in image.tile):
        pieces = list(_rows(read, image))
        inside = all(piece.row_bytes > 0 and piece.end <= size for piece in pieces)
        return remark(black_rows(read, pieces)) if inside else ""  # else the decoder raises
    places = tiff.packed(image.tag_v2) if image.format == "TIFF" else [(0, size)]
    begin, end = max(places, default=(0, 0))
    check_packed(read, begin, min(end, size))
    return ""


def check_heif(content: bytes) -> None:
    """The same for HEIC and AVIF."""
    for begin, end in picture_extents(content):
        check_packed(lambda b, e: content[b:e], begin, min(end, len(content)))


def _rows(read: Read, image: Any) -> Iterator[Rows]:
    """The pieces of uncompressed data: one, or the strips or tiles of a TIFF."""
    for tile in image.tile:
        x0, y0, x1, y1 = tile.extents
        row, used = _row_bytes(read, image, x1 - x0)
        if image.format == "BMP":
            row = used = tile.args[1]
        yield Rows(tile.offset, y1 - y0, row, used)


def _row_bytes(read: Read, image: Any, width: int) -> tuple[int, int]:
    """Bytes of a row, and those of them within the image."""
    if image.format == "TIFF":
        bits, whole = tiff.bits(image.tag_v2), tiff.piece_width(image.tag_v2)
        return ceil(whole * bits / 8), ceil(width * bits / 8)
    if read(0, 2) == b"P4":
        return ceil(width / 8), ceil(width / 8)
    tile = image.tile[0]
    deep = tile.args[1] > 255 if tile.codec_name == "ppm" else "16" in tile.args
    row = width * (3 if read(0, 2) == b"P6" else 1) * (2 if deep else 1)
    return row, row


def _webp(read: Read, image: Image.Image) -> str:
    """Check that the decoder reads the data to its end, unless trailing zeros may be the code of
    rows of one colour."""
    found = webp.payload(read)
    if found is None:
        return ""
    zeros = before(read, found.end, found.begin)
    spare = _PADDING[found.kind] if zeros >= LONG else _UNREAD
    if webp.is_whole(found.kind, read(found.begin, found.end - spare)):
        raise interrupted(zeros) if zeros >= LONG else webp.damaged()
    if zeros < LONG:
        return ""
    pixels = np.asarray(image.convert("RGB"))
    plain = (np.ptp(pixels, axis=1) <= _NOISE).all(axis=1)
    rows = int(np.argmin(np.append(plain[::-1], False)))
    if found.kind == webp.LOSSLESS and zeros > _LOSSLESS * image.width * rows:
        raise interrupted(zeros)
    return remark(rows)
