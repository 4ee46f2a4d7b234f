"""Reads the rows of a TIFF, a tile or some strips at a time, each decoded as a small TIFF."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import IO, Any

import numpy as np
from PIL import Image, ImageCms
from PIL.ExifTags import Base as Tag
from PIL.TiffImagePlugin import ImageFileDirectory_v2, TiffImageFile

from crackscope.images.convert import to_rgb
from crackscope.images.depth import depth_of
from crackscope.images.formats import tiff
from crackscope.images.formats.tiff_tags import DECODING, check_understood
from crackscope.images.signature import truncated
from crackscope.types import Pixels

_PLAIN, _JPEG = 1, 7
_COMPRESSIONS = (_PLAIN, 5, _JPEG, 8, 32773, 32946, 50000)
_YCBCR, _COLOURS = 6, (0, 1, 2, 3, 5)
_SEPARATE = 2
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "I;16", "I;16B", "I;16L")
_AT_ONCE, _PIECE, _ROW = 2**22, 2**25, 2**27
"""Pixels decoded at once if we can choose, and maximum pixels of a piece and of a row of pieces."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of pieces of `width` × `height` px; each is a tile, or strips of `strip` rows."""

    width: int
    height: int
    strip: int
    pieces: Sequence[Sequence[tiff.Place]]


def why_not(file: IO[bytes], image: TiffImageFile, size: int) -> str:
    """Why a TIFF of `size` bytes cannot be read block by block; "" if it can.

    Raises ImageError if it cannot be read at all.
    """
    tags: Any = image.tag_v2
    check_understood(file, tags)
    tiff.check(tags)
    compression = tags.get(Tag.Compression, _PLAIN)
    colours = (*_COLOURS, _YCBCR) if compression == _JPEG else _COLOURS
    if tags.get(Tag.PlanarConfiguration) == _SEPARATE and tags.get(Tag.SamplesPerPixel, 1) > 1:
        return "its channels are stored separately"
    if image.mode not in _MODES or tags.get(Tag.PhotometricInterpretation) not in colours:
        return f"its colour format ({image.mode}) is not supported"
    if compression not in _COMPRESSIONS:
        return f"its compression (number {compression}) is not supported"
    rows = _layout(image)
    if not rows:
        return "the offsets of its strips or tiles are incomplete"
    if max(row.width * row.height for row in rows) > _PIECE:
        return "it is stored in one piece"
    if max(image.width * row.height for row in rows) > _ROW:
        return "its tiles are too tall"
    _check_places(rows, size)
    return ""


def _check_places(rows: Sequence[_Row], size: int) -> None:
    """Pieces must be inside the file and must not overlap, unlike in decompression bombs."""
    places = [place for row in rows for piece in row.pieces for place in piece]
    if max(offset + length for offset, length in places) > size:
        raise truncated()
    tiff.check_apart(places, size)


def strips(
    file: IO[bytes], image: TiffImageFile, profile: ImageCms.ImageCmsProfile | None
) -> Iterator[Pixels]:
    """The rows of the image from top to bottom, (h, W, 3) uint8 RGB."""
    left, depth = image.height, depth_of(image)
    for row in _layout(image):
        pixels = np.empty((min(row.height, left), image.width, 3), np.uint8)
        for column, piece in enumerate(row.pieces):
            packed = [_read(file, place) for place in piece]
            for strip in packed:
                tiff.check_piece(strip, image.tag_v2)
            small = _small_tiff(image.tag_v2, row, packed)
            with Image.open(io.BytesIO(small), formats=("TIFF",)) as opened:
                opened.load()
                x = column * row.width
                part = to_rgb(opened, profile, depth)[: len(pixels), : image.width - x]
                pixels[:, x : x + row.width] = part
        left -= len(pixels)
        if depth is not None and left == 0:
            depth.check()
        yield pixels


def _small_tiff(tags: Any, row: _Row, packed: Sequence[bytes]) -> bytes:
    """A TIFF of one piece; Pillow adjusts the offsets, which start at the end of the tags."""
    start = {b"II": b"II*\0\x08\0\0\0", b"MM": b"MM\0*\0\0\0\x08"}[tags.prefix]
    directory = ImageFileDirectory_v2(start)
    for tag in DECODING:
        if tag in tags:
            directory.tagtype[tag] = tags.tagtype[tag]
            directory[tag] = tags[tag]
    lengths = list(map(len, packed))
    directory[Tag.ImageWidth], directory[Tag.ImageLength] = row.width, row.height
    directory[Tag.RowsPerStrip] = row.strip
    directory[Tag.StripOffsets] = tuple(accumulate(lengths[:-1], initial=0))
    directory[Tag.StripByteCounts] = tuple(lengths)
    return b"".join((start, directory.tobytes(len(start)), *packed))


def _read(file: IO[bytes], place: tiff.Place) -> bytes:
    file.seek(place[0])
    return file.read(place[1])


def _layout(image: TiffImageFile) -> list[_Row]:
    """The pieces row by row; [] if their positions are incomplete."""
    tags: Any = image.tag_v2
    return _tiled(image, tags) if Tag.TileOffsets in tags else _striped(image, tags)


def _tiled(image: TiffImageFile, tags: Any) -> list[_Row]:
    width, height = tags.get(Tag.TileWidth, 0), tags.get(Tag.TileLength, 0)
    if min(width, height) < 1:
        return []
    places = tiff.places(tags)
    down, across = ceil(image.height / height), ceil(image.width / width)
    if len(places) != down * across:
        return []
    rows = [places[i * across : (i + 1) * across] for i in range(down)]
    return [_Row(width, height, height, [[place] for place in row]) for row in rows]


def _striped(image: TiffImageFile, tags: Any) -> list[_Row]:
    """Low strips are combined; a single uncompressed strip is divided."""
    width, height = image.size
    places = tiff.places(tags)
    strip = min(tags.get(Tag.RowsPerStrip, height), height)
    if strip < 1 or len(places) != ceil(height / strip):
        return []
    if len(places) == 1 and tags.get(Tag.Compression, _PLAIN) == _PLAIN:
        row_bytes = ceil(width * sum(tags.get(Tag.BitsPerSample, (1,))) / 8)
        strip = min(height, max(1, _AT_ONCE // width))
        tops = range(0, height, strip)
        starts = [places[0][0] + top * row_bytes for top in tops]
        places = [
            (at, min(strip, height - y) * row_bytes) for at, y in zip(starts, tops, strict=True)
        ]
    step = strip * max(1, _AT_ONCE // (width * strip))
    return [
        _Row(width, min(step, height - top), strip, [places[top // strip : (top + step) // strip]])
        for top in range(0, height, step)
    ]
