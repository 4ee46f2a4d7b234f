"""Whether the data of an open picture is there up to its end, format by format."""

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
"""What a lossy WebP adds to a single colour."""
_PADDING = {webp.LOSSY: 8, webp.LOSSLESS: 2}
"""Zeros at the end of a WebP that its decoder need not ask for: 3 and 1 were seen in whole files.
What an interrupted copy leaves is decoded as blocks without content, of which many fit into a byte,
or as the pixels with the shortest code."""
_UNREAD = 16
"""Bytes of any kind that it need not ask for; other encoders may write more padding."""
_LOSSLESS = 1 / 2
"""Bytes of zeros for each pixel in rows of one colour, where lossless: 0.38 were seen."""


def check(read: Read, image: Any, size: int) -> str:
    """A remark on rows at the end that are black or without data, "" where there are none.

    `read` gives bytes of the file, which has `size`; `image` has it open and not yet decoded.
    Raises ImageError where the end is missing, and zeros stand in its place. Formats whose own
    structure tells it (JPEG, PNG, GIF, JPEG 2000) are not looked at.
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
        return remark(black_rows(read, pieces)) if inside else ""  # else its decoder says it
    places = tiff.packed(image.tag_v2) if image.format == "TIFF" else [(0, size)]
    begin, end = max(places, default=(0, 0))
    check_packed(read, begin, min(end, size))
    return ""


def check_heif(content: bytes) -> None:
    """The same for HEIC and AVIF."""
    for begin, end in picture_extents(content):
        check_packed(lambda b, e: content[b:e], begin, min(end, len(content)))


def _rows(read: Read, image: Any) -> Iterator[Rows]:
    """The pieces of raw data: one, or strips and tiles of a TIFF."""
    for tile in image.tile:
        x0, y0, x1, y1 = tile.extents
        row, used = _row_bytes(read, image, x1 - x0)
        if image.format == "BMP":
            row = used = tile.args[1]
        yield Rows(tile.offset, y1 - y0, row, used)


def _row_bytes(read: Read, image: Any, width: int) -> tuple[int, int]:
    """Bytes of a row, and those of them that lie inside the picture."""
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
    """Its decoder has to come to the end of the data. Rows of one colour may be packed into zeros:
    then it needs these, too."""
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
