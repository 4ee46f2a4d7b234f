"""What the tags of a TIFF say before it is decoded."""

import io
from typing import Any

from PIL import TiffImagePlugin

from crackscope.errors import ImageError
from crackscope.images import jpeg

_SUBFILE_TYPE, _REDUCED = 254, 1
_ORIENTATION = 274
_COMPRESSION, _JPEG, _JPEG_TABLES = 259, 7, 347
_PACKBITS = 32773
_RAW, _PHOTOMETRIC, _YCBCR, _SUBSAMPLING = 1, 262, 6, 530
_WIDTH, _HEIGHT, _TILE_WIDTH = 256, 257, 322
_STRIPS, _TILES = (273, 279), (324, 325)
_BITS, _PLANES, _SAMPLE_FORMAT = 258, 284, 339
_SEPARATE, _FLOATING_POINT = 2, (3, 6)


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
    if tags.get(_SUBFILE_TYPE, 0) & _REDUCED:  # a camera's raw file: not its thumbnail
        raise raw()
    if set(_FLOATING_POINT).intersection(tags.get(_SAMPLE_FORMAT, ())):
        raise floating_point()
    if _short_of_colour(tags):
        raise ImageError(
            "unsupported",
            "an uncompressed TIFF in YCbCr with less colour than brightness (such as 4:2:0) is not "
            "read: save it as RGB, or compressed as JPEG",
        )
    if tags.get(_PLANES) == _SEPARATE and max(tags.get(_BITS, (1,))) > 8:  # Pillow misreads them
        raise ImageError(
            "unsupported",
            "a TIFF of 16 bits whose channels are stored apart is not read: "
            "save it with the channels together, or with 8 bits",
        )


def _short_of_colour(tags: Any) -> bool:
    """Whether raw YCbCr is stored with less colour than brightness."""
    raw_colour = (tags.get(_PHOTOMETRIC), tags.get(_COMPRESSION, _RAW)) == (_YCBCR, _RAW)
    if not raw_colour or tags.get(_SUBSAMPLING, (2, 2)) == (1, 1):
        return False
    pixels = int(tags[_WIDTH]) * int(tags[_HEIGHT])
    return sum(length for _, length in places(tags)) < 3 * pixels


def bits(tags: Any) -> int:
    """Bits of a pixel in one strip or tile."""
    each = tags.get(_BITS, (1,))
    return int(each[0] if tags.get(_PLANES) == _SEPARATE else sum(each))


def piece_width(tags: Any) -> int:
    """Pixels in a row of a strip or tile, those behind the edge of the picture too."""
    return int(tags.get(_TILE_WIDTH) or tags[_WIDTH])


def packed(tags: Any) -> list[tuple[int, int]]:
    """Where each strip or tile begins and ends; [] of PackBits, which decoders miss the end of."""
    if tags.get(_COMPRESSION) == _PACKBITS:
        return []
    return [(offset, offset + length) for offset, length in places(tags) if length]


def places(tags: Any) -> list[tuple[int, int]]:
    """Offset and length in bytes of each strip or tile; [] where they are not told."""
    offsets, lengths = _TILES if _TILES[0] in tags else _STRIPS
    return list(zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False))


def check_jpegs(content: bytes, tags: Any) -> None:
    """Raise ImageError where a JPEG inside is damaged, which libtiff passes over."""
    if tags.get(_COMPRESSION) == _JPEG:
        for offset, length in places(tags):
            jpeg.check(content[offset : offset + length], tags.get(_JPEG_TABLES, b""))


def turned(tags: Any) -> bool:
    """Whether the pixels are not stored upright; Pillow forgets that when it decodes them."""
    return bool(tags.get(_ORIENTATION, 1) != 1)


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
