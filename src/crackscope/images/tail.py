"""Whether the data of an open picture is there up to its end, format by format."""

import struct
from collections.abc import Iterator
from math import ceil
from typing import Any

import numpy as np
from PIL import Image

from crackscope.images.formats import tiff
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

_BLOCK, _NOISE = 16, 8
"""Side in pixels of what a lossy WebP packs at once; what it adds to a single colour."""
_LOSSLESS, _NO_DATA, _ONE_COLOUR = 1 / 2, 1 / 25, 1 / 1000
"""Bytes of zeros that a WebP may have for each pixel in rows of one colour: 0.38 were seen where it
is lossless, else 0.030 in black or white by its fastest method, 0.0004 in others."""


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
    """Rows of one colour may be packed into zeros, but not into many."""
    begin, end, lossless = _payload(read)
    zeros = before(read, end, begin)
    if zeros < LONG:
        return ""
    pixels = np.asarray(image.convert("RGB"))
    plain = (np.ptp(pixels, axis=1) <= _NOISE).all(axis=1)
    rows = int(np.argmin(np.append(plain[::-1], False)))
    area = image.width * rows if lossless else _whole(image.width) * _whole(rows)
    colour = pixels[-1, 0]
    no_data = colour.max() <= _NOISE or colour.min() >= 255 - _NOISE
    if zeros > area * (_LOSSLESS if lossless else _NO_DATA if no_data else _ONE_COLOUR):
        raise interrupted(zeros)
    return remark(rows)


def _whole(side: int) -> int:
    return ceil(side / _BLOCK) * _BLOCK


def _payload(read: Read) -> tuple[int, int, bool]:
    """Where the data of a WebP's first picture begins and ends, and whether it is lossless."""
    place = 12
    while len(head := read(place, place + 8)) == 8:
        kind, length = struct.unpack("<4sI", head)
        if kind in (b"VP8 ", b"VP8L"):
            return place + 8, place + 8 + length, kind == b"VP8L"
        place += 24 if kind == b"ANMF" else 8 + length + length % 2
    return 0, 0, False
