"""The EXIF block of a photo: found, and carried over to a copy of it."""

from contextlib import suppress
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from crackscope.images.guard import our_limits

BASE_TAGS = (
    *(Base.ImageDescription, Base.Make, Base.Model, Base.XResolution, Base.YResolution),
    *(Base.ResolutionUnit, Base.Software, Base.DateTime, Base.Artist, Base.Copyright),
)
"""What describes the photo, not how its file is laid out: text, camera, density, author, rights."""
EXIF, GPS = IFD.Exif, IFD.GPSInfo
SOFTWARE = "crackscope"
"""As the software of what we draw, so that it is not taken for a photo."""
_LONGEST = 8192
"""Bytes of one value; the whole block has to fit into one segment of a JPEG (64 KiB)."""
_SEGMENT = 0xFFFF - 2


def exif_of(image: Image.Image) -> Image.Exif:
    """The EXIF of an open picture; empty where there is none, or a broken one."""
    try:
        return image.getexif()
    except Exception:  # noqa: BLE001  (EXIF is free-form: a broken one may raise anything)
        return Image.Exif()


def block_of(image: Image.Image, exif: Image.Exif) -> bytes:
    """The EXIF block as bytes, b"" where there is none; made from the tags of a TIFF."""
    if image.format == "TIFF":
        return _written(_portable(exif)) if exif else b""
    block = image.info.get("exif", b"")
    return block if isinstance(block, bytes) else b""


def parse(block: bytes) -> Image.Exif:
    """The EXIF in a block; empty where it is broken."""
    exif = Image.Exif()
    with our_limits(), suppress(Exception):  # as above
        exif.load(block)
    return exif


def for_copy(block: bytes, width: int, height: int) -> bytes:
    """The EXIF of our upright copy of width x height px, which names crackscope as its software.

    Without the thumbnail and the maker's note, which do not survive a move.
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
    """What wrote the file, as its EXIF says; "" where it does not."""
    with suppress(Exception):  # as above
        return str(exif.get(Base.Software, ""))
    return ""


def insert(jpeg: bytes, block: bytes) -> bytes:
    """The JPEG with an EXIF block as its first segment; as it was where the block is b""."""
    if not block:
        return jpeg
    return b"".join((jpeg[:2], b"\xff\xe1", (len(block) + 2).to_bytes(2, "big"), block, jpeg[2:]))


def _portable(exif: Image.Exif) -> Image.Exif:
    """The part that still holds in another file."""
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
    """As a block of at most one segment; a tag that cannot be written, or has no room, is left
    out, the longest first."""
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
    except Exception:  # noqa: BLE001  (a value that Pillow has read, but cannot write)
        return None


_Entry = tuple[int, int, Any]
"""Directory (0 for the first), tag and value."""


def _entries(exif: Image.Exif) -> list[_Entry]:
    """The tags of the three directories, of a copy."""
    first = [(0, tag, value) for tag, value in exif.items() if tag not in (EXIF, GPS)]
    groups = [(group, *item) for group in (EXIF, GPS) for item in exif.get_ifd(group).items()]
    return [*first, *groups]


def _add(exif: Image.Exif, group: int, tag: int, value: Any) -> Image.Exif:
    directory = exif.get_ifd(group) if group else exif
    directory[tag] = value
    return exif
