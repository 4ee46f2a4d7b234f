"""The EXIF block of a photo: read, applied to its orientation, and written to copies."""

from contextlib import suppress
from typing import Any

import numpy as np
from PIL import Image
from PIL.ExifTags import IFD, Base

from crackscope.images.guard import our_limits
from crackscope.types import Pixels

BASE_TAGS = (
    *(Base.ImageDescription, Base.Make, Base.Model, Base.XResolution, Base.YResolution),
    *(Base.ResolutionUnit, Base.Software, Base.DateTime, Base.Artist, Base.Copyright),
)
"""Tags that describe the photo rather than its file: text, camera, density, author, rights."""
EXIF, GPS = IFD.Exif, IFD.GPSInfo
SOFTWARE = "crackscope"
"""Software tag of images that we write, so that they are not taken for photos."""
_LONGEST = 8192
"""Maximum bytes of a value; the whole block must fit into one JPEG segment (64 KiB)."""
_SEGMENT = 0xFFFF - 2


def exif_of(image: Image.Image) -> Image.Exif:
    """The EXIF of an open image; empty if missing or invalid."""
    try:
        return image.getexif()
    except Exception:  # noqa: BLE001  (EXIF is free-form: invalid EXIF may raise anything)
        return Image.Exif()


def block_of(image: Image.Image, exif: Image.Exif) -> bytes:
    """The EXIF block as bytes, for TIFF made from its tags; b"" if there is none."""
    if image.format == "TIFF":
        return _written(_portable(exif)) if exif else b""
    block = image.info.get("exif", b"")
    return block if isinstance(block, bytes) else b""


def orientation_of(exif: Image.Exif) -> int:
    """EXIF orientation, 1 to 8; 1 (upright) if missing or invalid."""
    try:
        value = exif.get(Base.Orientation, 1)
    except Exception:  # noqa: BLE001  (as above)
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Undo an EXIF orientation: (H, W, 3) in, (H, W, 3) or (W, H, 3) out, contiguous."""
    if orientation >= 5:  # 5 to 8 are rotated by 90 degrees
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def parse(block: bytes) -> Image.Exif:
    """The EXIF in a block; empty if it is invalid."""
    exif = Image.Exif()
    with our_limits(), suppress(Exception):  # as above
        exif.load(block)
    return exif


def for_copy(block: bytes, width: int, height: int) -> bytes:
    """The EXIF block for our upright copy of width x height px, with crackscope as its software.

    Without the thumbnail and the maker note, which are invalid in another file.
    """
    with our_limits():
        exif = _portable(parse(block)) if block else Image.Exif()
    if exif or exif.get_ifd(EXIF) or exif.get_ifd(GPS):
        exif[Base.Orientation] = 1
        exif.get_ifd(EXIF).update({Base.ExifImageWidth: width, Base.ExifImageHeight: height})
    else:
        exif = Image.Exif()
    exif[Base.Software] = SOFTWARE
    return _written(exif)


def software_of(exif: Image.Exif) -> str:
    """The software tag of the EXIF; "" if there is none."""
    with suppress(Exception):  # as above
        return str(exif.get(Base.Software, ""))
    return ""


def insert(jpeg: bytes, block: bytes) -> bytes:
    """Insert an EXIF block as the first segment of a JPEG; unchanged if the block is b""."""
    if not block:
        return jpeg
    return b"".join((jpeg[:2], b"\xff\xe1", (len(block) + 2).to_bytes(2, "big"), block, jpeg[2:]))


def _portable(exif: Image.Exif) -> Image.Exif:
    """The tags that are valid in another file."""
    copy = Image.Exif()
    for tag in BASE_TAGS:
        with suppress(Exception):  # as above
            copy.update(_short({tag: exif[tag]}))
    for group in (EXIF, GPS):
        with suppress(Exception):
            values = _short(exif.get_ifd(group))
            if values:
                copy.get_ifd(group).update(values)
    return copy


def _short(values: dict[int, Any]) -> dict[int, Any]:
    return {
        tag: value
        for tag, value in values.items()
        if tag not in (IFD.MakerNote, IFD.Interop)
        and not (isinstance(value, bytes | str | tuple) and len(value) > _LONGEST)
    }


def _written(exif: Image.Exif) -> bytes:
    """As a block of at most one segment; omits tags that cannot be written, and the longest ones
    if there are too many."""
    block = _packed(exif)
    if block is not None and len(block) <= _SEGMENT:
        return block
    kept, room = Image.Exif(), _SEGMENT
    alone = [(_packed(_add(Image.Exif(), *entry)), entry) for entry in _entries(exif)]
    for length, entry in sorted((len(block), entry) for block, entry in alone if block):
        room -= length
        if room >= 0:
            _add(kept, *entry)
    return _packed(kept) or b""


def _packed(exif: Image.Exif) -> bytes | None:
    try:
        return exif.tobytes()
    except Exception:  # noqa: BLE001  (Pillow cannot write every value that it reads)
        return None


_Entry = tuple[int, int, Any]
"""Directory (0 for the first), tag and value."""


def _entries(exif: Image.Exif) -> list[_Entry]:
    """The tags of the three directories."""
    first = [(0, tag, value) for tag, value in exif.items() if tag not in (EXIF, GPS)]
    groups = [(group, *item) for group in (EXIF, GPS) for item in exif.get_ifd(group).items()]
    return [*first, *groups]


def _add(exif: Image.Exif, group: int, tag: int, value: Any) -> Image.Exif:
    directory = exif.get_ifd(group) if group else exif
    directory[tag] = value
    return exif
