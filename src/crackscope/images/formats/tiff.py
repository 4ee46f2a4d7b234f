"""Checks the tags of a TIFF, and its strips and tiles, before it is decoded."""

import io
from collections.abc import Iterable
from math import ceil
from typing import Any

from PIL import TiffImagePlugin
from PIL.ExifTags import Base as Tag

from crackscope.errors import ImageError
from crackscope.images import jpeg
from crackscope.images.formats import deflate
from crackscope.images.read import MAX_BYTES_PER_PIXEL

_REDUCED = 1
_LARGEST_TILE = 2**24
"""Maximum pixels of a tile that is larger than its image."""
_JPEG, _PACKBITS = 7, 32773
_STRIPS = (Tag.StripOffsets, Tag.StripByteCounts)
_TILES = (Tag.TileOffsets, Tag.TileByteCounts)
_TOGETHER, _SEPARATE, _UNSIGNED, _SIGNED, _FLOATING_POINT = 1, 2, 1, 2, (3, 6)
_RAW, _YCBCR = 1, 6
_FAX = (2, 3, 4, 32771)
"""Bilevel compressions: Huffman, Group 3, Group 4, and word-aligned Huffman."""

Place = tuple[int, int]
"""Offset and length in bytes of a strip or tile."""


def directory_at(content: bytes, offset: int | None = None) -> Any:
    """The tags of the image at `offset` in the file, by default of the first."""
    big = 43 in content[2:4]
    directory = TiffImagePlugin.ImageFileDirectory_v2(content[: 16 if big else 8])
    file = io.BytesIO(content)
    file.seek(directory.next if offset is None else offset)
    directory.load(file)
    return directory


def check(tags: Any) -> None:
    """Raise ImageError for images that are not photos, or that Pillow would misread."""
    if tags.get(Tag.NewSubfileType, 0) & _REDUCED:  # a camera's raw file: not its thumbnail
        raise raw()
    if tags.get(Tag.Compression) in _FAX:
        raise ImageError(
            "unsupported",
            "fax compression (CCITT) is not supported: its decoder hides damage. Save the image "
            "as PNG, or as TIFF with LZW or Deflate",
        )
    formats = set(tags.get(Tag.SampleFormat, (_UNSIGNED,)))
    bits = max(tags.get(Tag.BitsPerSample, (1,)))
    if formats.intersection(_FLOATING_POINT):
        raise floating_point()
    if formats - {_UNSIGNED} and not (formats == {_SIGNED} and bits > 8):
        raise ImageError(
            "unsupported",
            f"the value of black is unknown for SampleFormat {max(formats)}. Save the image with "
            "unsigned integers",
        )
    if Tag.PhotometricInterpretation not in tags and tags.get(Tag.SamplesPerPixel, 1) == 1:
        # Pillow would assume that 0 is white
        raise ImageError(
            "unreadable",
            "the tag PhotometricInterpretation is missing, so it is unknown whether 0 is black or "
            "white. The file is damaged, or was written by a faulty program. Save it again with "
            "another one",
        )
    tile = _area(tags, Tag.TileWidth, Tag.TileLength)
    image = _area(tags, Tag.ImageWidth, Tag.ImageLength)
    if tile > max(_LARGEST_TILE, image):
        raise ImageError(
            "unreadable",
            f"its tiles have {tile} pixels, but the image has {image}. The file is damaged, or "
            "made to exhaust memory. Check its origin",
        )
    if _short_of_colour(tags):
        raise ImageError(
            "unsupported",
            "uncompressed YCbCr TIFF with chroma subsampling (such as 4:2:0) is not supported. "
            "Save it as RGB, or with JPEG compression",
        )
    if tags.get(Tag.PlanarConfiguration, _TOGETHER) not in (_TOGETHER, _SEPARATE):
        raise ImageError(
            "unreadable",
            "the tags are damaged: PlanarConfiguration must be 1 or 2. Received: "
            f"{tags[Tag.PlanarConfiguration]}. Copy the file again, or save it again",
        )
    if tags.get(Tag.PlanarConfiguration) == _SEPARATE and bits > 8:  # Pillow misreads them
        raise ImageError(
            "unsupported",
            "TIFF with 16 bits and separate channels is not supported. Save it with interleaved "
            "channels, or with 8 bits",
        )


def _short_of_colour(tags: Any) -> bool:
    """Whether uncompressed YCbCr has chroma subsampling."""
    stored = tags.get(Tag.PhotometricInterpretation), tags.get(Tag.Compression, _RAW)
    if stored != (_YCBCR, _RAW) or tags.get(Tag.YCbCrSubSampling, (2, 2)) == (1, 1):
        return False
    pixels = int(tags[Tag.ImageWidth]) * int(tags[Tag.ImageLength])
    return sum(length for _, length in places(tags)) < 3 * pixels


def bits(tags: Any) -> int:
    """Bits per pixel in a strip or tile."""
    each = tags.get(Tag.BitsPerSample, (1,))
    return int(each[0] if tags.get(Tag.PlanarConfiguration) == _SEPARATE else sum(each))


def piece_width(tags: Any) -> int:
    """Pixels in a row of a strip or tile, including those beyond the edge of the image."""
    return int(tags.get(Tag.TileWidth) or tags[Tag.ImageWidth])


def packed(tags: Any) -> list[tuple[int, int]]:
    """(begin, end) of each strip or tile; [] for PackBits, whose end decoders do not check."""
    if tags.get(Tag.Compression) == _PACKBITS:
        return []
    return [(offset, offset + length) for offset, length in places(tags) if length]


def places(tags: Any) -> list[Place]:
    """Offset and length of each strip or tile; [] if unknown, or if some have only one of them."""
    names = _TILES if _TILES[0] in tags else _STRIPS
    offsets, lengths = (tags.get(name, ()) for name in names)
    return list(zip(offsets, lengths, strict=True)) if len(offsets) == len(lengths) else []


def check_pieces(content: bytes, tags: Any) -> None:
    """Raise ImageError if a strip or tile has damage that libtiff ignores.

    Strips or tiles may be identical, but must not overlap otherwise.
    """
    if len(places(tags)) < _pieces_needed(tags):
        raise ImageError("unreadable", "the file is damaged: some strips or tiles are missing")
    distinct = dict.fromkeys(places(tags))
    check_apart(distinct, len(content))
    for offset, length in distinct:
        check_piece(content[offset : offset + length], tags)


def check_apart(places: Iterable[Place], size: int) -> None:
    """Raise ImageError if strips or tiles have more bytes in total than their file, `size`."""
    if sum(length for _, length in places) > size:
        raise ImageError("unreadable", "the file is damaged: its strips or tiles overlap")


def _pieces_needed(tags: Any) -> int:
    """Number of strips or tiles that cover the image; Pillow would leave the rest black."""
    width, height = (int(tags.get(tag, 0)) for tag in (Tag.ImageWidth, Tag.ImageLength))
    across, rows = width, int(tags.get(Tag.RowsPerStrip, height))
    if _TILES[0] in tags:
        across, rows = (int(tags.get(tag, 0)) for tag in (Tag.TileWidth, Tag.TileLength))
    if min(across, rows) < 1:
        return 0  # left to the decoder
    separate = tags.get(Tag.PlanarConfiguration) == _SEPARATE
    planes = int(tags.get(Tag.SamplesPerPixel, 1)) if separate else 1
    return ceil(width / across) * ceil(height / rows) * planes


def check_piece(piece: bytes, tags: Any) -> None:
    """Raise ImageError if a strip or tile has damage that libtiff ignores."""
    compression = tags.get(Tag.Compression)
    if compression == _JPEG:
        most = max(_LARGEST_TILE, _area(tags, Tag.ImageWidth, Tag.ImageLength))
        jpeg.check_piece(piece, most, tags.get(Tag.JPEGTables, b""))
    elif compression in deflate.COMPRESSIONS:
        deflate.check(piece, MAX_BYTES_PER_PIXEL * _area(tags, Tag.ImageWidth, Tag.ImageLength))


def _area(tags: Any, width: int, height: int) -> int:
    return int(tags.get(width, 0)) * int(tags.get(height, 0))


def turned(tags: Any) -> bool:
    """Whether the pixels are not stored upright; Pillow drops this tag when it decodes them."""
    return bool(tags.get(Tag.Orientation, 1) != 1)


def explain(content: bytes) -> ImageError:
    """The error for a file that begins as TIFF, but is unknown to Pillow."""
    unknown = ImageError("unreadable", "damaged tags, or an unsupported kind of TIFF")
    try:
        check(directory_at(content))
    except ImageError as error:
        return error
    except Exception:  # noqa: BLE001  (damaged tags may raise anything)
        return unknown
    return unknown


def raw() -> ImageError:
    """The error for camera raw files."""
    return ImageError(
        "unsupported", "camera raw files are not supported. Convert the photo to JPEG or TIFF"
    )


def floating_point() -> ImageError:
    """The error for floating-point pixels."""
    return ImageError(
        "unsupported",
        "the value of white is unknown for floating-point pixels. Save the image with 8 or 16 "
        "bits per channel",
    )
