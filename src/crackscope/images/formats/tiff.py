"""What the tags of a TIFF say before it is decoded."""

import io
from collections.abc import Iterable
from math import ceil
from typing import Any

from PIL import TiffImagePlugin
from PIL.ExifTags import Base as Tag

from crackscope.errors import ImageError
from crackscope.images.files import MAX_BYTES_PER_PIXEL
from crackscope.images.formats import deflate, jpeg

_REDUCED = 1
_LARGEST_TILE = 2**24
"""Of a small picture a tile may be larger than itself, but not by much; in pixels."""
_JPEG, _PACKBITS = 7, 32773
_STRIPS = (Tag.StripOffsets, Tag.StripByteCounts)
_TILES = (Tag.TileOffsets, Tag.TileByteCounts)
_TOGETHER, _SEPARATE, _UNSIGNED, _SIGNED, _FLOATING_POINT = 1, 2, 1, 2, (3, 6)
_RAW, _YCBCR = 1, 6
_FAX = (2, 3, 4, 32771)
"""Compressions of black and white: Huffman, Group 3, Group 4, and Huffman by words."""

Place = tuple[int, int]
"""Offset and length in bytes of a strip or tile."""


def directory_at(content: bytes, offset: int | None = None) -> Any:
    """The tags of the picture at `offset` of the file, else of the first."""
    big = 43 in content[2:4]
    directory = TiffImagePlugin.ImageFileDirectory_v2(content[: 16 if big else 8])
    file = io.BytesIO(content)
    file.seek(directory.next if offset is None else offset)
    directory.load(file)
    return directory


def check(tags: Any) -> None:
    """Raise ImageError for a picture whose pixels are not what a photo shows, or are misread."""
    if tags.get(Tag.NewSubfileType, 0) & _REDUCED:  # a camera's raw file: not its thumbnail
        raise raw()
    if tags.get(Tag.Compression) in _FAX:
        raise ImageError(
            "unsupported",
            "it is packed as faxes are (CCITT), and its decoder fills what is damaged without a "
            "word: save it as PNG, or as TIFF with LZW or Deflate",
        )
    formats = set(tags.get(Tag.SampleFormat, (_UNSIGNED,)))
    bits = max(tags.get(Tag.BitsPerSample, (1,)))
    if formats.intersection(_FLOATING_POINT):
        raise floating_point()
    if formats - {_UNSIGNED} and not (formats == {_SIGNED} and bits > 8):
        raise ImageError(
            "unsupported",
            "nothing says which value is black in a picture of signed or unknown numbers "
            f"(SampleFormat {max(formats)}): save it with unsigned ones",
        )
    if Tag.PhotometricInterpretation not in tags and tags.get(Tag.SamplesPerPixel, 1) == 1:
        # Pillow would take white for 0
        raise ImageError(
            "unreadable",
            "its tags do not say whether 0 is black or white (PhotometricInterpretation): it is "
            "damaged, or was written by a faulty program. Save it again with another one",
        )
    tile = _area(tags, Tag.TileWidth, Tag.TileLength)
    picture = _area(tags, Tag.ImageWidth, Tag.ImageLength)
    if tile > max(_LARGEST_TILE, picture):
        raise ImageError(
            "unreadable",
            f"its tiles have {tile} pixels, and the picture itself {picture}: it is damaged, or "
            "made to fill the memory. See where it comes from",
        )
    if _short_of_colour(tags):
        raise ImageError(
            "unsupported",
            "an uncompressed TIFF in YCbCr with less colour than brightness (such as 4:2:0) is not "
            "read: save it as RGB, or compressed as JPEG",
        )
    if tags.get(Tag.PlanarConfiguration, _TOGETHER) not in (_TOGETHER, _SEPARATE):
        raise ImageError(
            "unreadable",
            "its channels are stored together (PlanarConfiguration 1) or apart (2). Received: "
            f"{tags[Tag.PlanarConfiguration]}: its tags are damaged",
        )
    if tags.get(Tag.PlanarConfiguration) == _SEPARATE and bits > 8:  # Pillow misreads them
        raise ImageError(
            "unsupported",
            "a TIFF of 16 bits whose channels are stored apart is not read: "
            "save it with the channels together, or with 8 bits",
        )


def _short_of_colour(tags: Any) -> bool:
    """Whether raw YCbCr is stored with less colour than brightness."""
    stored = tags.get(Tag.PhotometricInterpretation), tags.get(Tag.Compression, _RAW)
    if stored != (_YCBCR, _RAW) or tags.get(Tag.YCbCrSubSampling, (2, 2)) == (1, 1):
        return False
    pixels = int(tags[Tag.ImageWidth]) * int(tags[Tag.ImageLength])
    return sum(length for _, length in places(tags)) < 3 * pixels


def bits(tags: Any) -> int:
    """Bits of a pixel in one strip or tile."""
    each = tags.get(Tag.BitsPerSample, (1,))
    return int(each[0] if tags.get(Tag.PlanarConfiguration) == _SEPARATE else sum(each))


def piece_width(tags: Any) -> int:
    """Pixels in a row of a strip or tile, those behind the edge of the picture too."""
    return int(tags.get(Tag.TileWidth) or tags[Tag.ImageWidth])


def packed(tags: Any) -> list[tuple[int, int]]:
    """Where each strip or tile begins and ends; [] of PackBits, which decoders miss the end of."""
    if tags.get(Tag.Compression) == _PACKBITS:
        return []
    return [(offset, offset + length) for offset, length in places(tags) if length]


def places(tags: Any) -> list[Place]:
    """Where each strip or tile lies; [] where that is not told."""
    offsets, lengths = _TILES if _TILES[0] in tags else _STRIPS
    return list(zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False))


def check_pieces(content: bytes, tags: Any) -> None:
    """Raise ImageError where a strip or tile is damaged in a way that libtiff passes over.

    Several may be one and the same; others lie apart, or they are not of a picture.
    """
    if len(places(tags)) < _pieces_needed(tags):
        raise ImageError("unreadable", "it has fewer strips or tiles than its picture needs")
    distinct = dict.fromkeys(places(tags))
    check_apart(distinct, len(content))
    for offset, length in distinct:
        check_piece(content[offset : offset + length], tags)


def check_apart(places: Iterable[Place], size: int) -> None:
    """Raise ImageError where strips or tiles hold more than the `size` bytes of their file."""
    if sum(length for _, length in places) > size:
        raise ImageError("unreadable", "parts of the picture lie over each other in the file")


def _pieces_needed(tags: Any) -> int:
    """How many strips or tiles cover the picture; Pillow leaves the rest black."""
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
    """The same for one of them."""
    compression = tags.get(Tag.Compression)
    if compression == _JPEG:
        most = max(_LARGEST_TILE, _area(tags, Tag.ImageWidth, Tag.ImageLength))
        jpeg.check(piece, most, tags.get(Tag.JPEGTables, b""))
    elif compression in deflate.COMPRESSIONS:
        deflate.check(piece, MAX_BYTES_PER_PIXEL * _area(tags, Tag.ImageWidth, Tag.ImageLength))


def _area(tags: Any, width: int, height: int) -> int:
    return int(tags.get(width, 0)) * int(tags.get(height, 0))


def turned(tags: Any) -> bool:
    """Whether the pixels are not stored upright; Pillow forgets that when it decodes them."""
    return bool(tags.get(Tag.Orientation, 1) != 1)


def explain(content: bytes) -> ImageError:
    """Why Pillow does not know a file that begins as TIFF."""
    unknown = ImageError(
        "unreadable", "its tags are damaged, or of a kind of TIFF that is not read"
    )
    try:
        check(directory_at(content))
    except ImageError as error:
        return error
    except Exception:  # noqa: BLE001  (damaged tags may raise anything)
        return unknown
    return unknown


def raw() -> ImageError:
    """For the raw files of cameras."""
    return ImageError(
        "unsupported", "camera raw files are not read: develop the photo to JPEG or TIFF"
    )


def floating_point() -> ImageError:
    """For pixels without a known white."""
    return ImageError(
        "unsupported",
        "nothing says which value of a floating-point picture is white: "
        "save it with 8 or 16 bits a channel",
    )
