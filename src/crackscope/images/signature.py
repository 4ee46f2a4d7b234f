"""What an image file is, by its bytes: its format, whether it is truncated, whether it is ours."""

import re
import stat
import struct
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from crackscope.errors import ImageError
from crackscope.images.exif import SOFTWARE, parse, software_of
from crackscope.images.jpeg import EOI, segments

READABLE = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "JPEG2000", "PPM", "AVIF")
HEIC, HEIF, RAW = "HEIC", "HEIF", "camera raw"
"""HEIC is HEIF with HEVC, AVIF is HEIF with AV1; HEIF stands for all other codecs."""

_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"\0\0\0\x0cjP  ", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"IIU\0", RAW),
)
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), HEIC),
    **dict.fromkeys((b"mif1", b"mif2", b"msf1", b"miaf", b"heif"), HEIF),
}
_CODECS = {b"av01": "AVIF", b"hvc1": HEIC, b"hev1": HEIC}
PNG_TEXT = (b"tEXt", b"Software\0" + SOFTWARE.encode())
"""Kind and data of the PNG chunk with the software tag."""
_PNG, _EXIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1"
HEAD_BYTES = 2**15
"""Enough for the directory of an EXIF block and the longest texts before the software tag."""
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)


def format_of(content: bytes) -> str | None:
    """The image format of the content by its first bytes; None if unknown."""
    if content[8:10] == b"CR" and content[:4] == b"II*\0":
        return RAW
    for start, name in _STARTS:
        if content.startswith(start):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return _iso_format(content)
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    return "PPM" if re.match(rb"P[1-6]\s+[#\d]", content) else None


def _iso_format(content: bytes) -> str | None:
    """The format by the codec of its images, else by the brands of the file."""
    from crackscope.images.formats.boxes import brands, codecs

    named = brands(content)
    if b"crx " in named:
        return RAW
    by_brand = {_BRANDS[brand] for brand in named if brand in _BRANDS}
    if not by_brand:
        return None
    coded = {_CODECS[codec] for codec in codecs(content) if codec in _CODECS}
    known = coded or by_brand  # a damaged file may have no readable items
    return next((name for name in ("AVIF", HEIC) if name in known), HEIF)


def cut_off(content: bytes, name: str) -> bool:
    """Whether a file of format `name` ends before the end given by its own structure.

    Bytes after the end are ignored. False for formats without such a structure.
    """
    check = _CHECKS.get(name)
    try:
        return check is not None and check(content)
    except (IndexError, OverflowError, ValueError, struct.error):  # the header is truncated
        return True


def is_ours(head: bytes) -> bool:
    """Whether the image that begins with `head` was written by crackscope."""
    if SOFTWARE.encode() not in head:  # fast path for most photos
        return False
    if head.startswith(_PNG):
        return PNG_TEXT in _chunks(head)
    return head.startswith(_EXIF) and software_of(parse(head[6:])) == SOFTWARE


def is_our_file(path: Path) -> bool:
    """The same for a file, of which only the beginning is read; False if it cannot be read."""
    try:
        state = path.stat()
        return stat.S_ISREG(state.st_mode) and _look(path, state.st_size, state.st_mtime_ns)
    except (OSError, ValueError):
        return False


@lru_cache(maxsize=2**16)
def _look(path: Path, size: int, changed: int) -> bool:
    """Cached, because a watched folder is listed every few seconds."""
    with path.open("rb") as file:
        return is_ours(file.read(HEAD_BYTES))


def _chunks(head: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and data of the chunks of a PNG before its pixels."""
    found, place = [], len(_PNG)
    while (kind := head[place + 4 : place + 8]) and kind != b"IDAT":
        end = place + 8 + int.from_bytes(head[place : place + 4])
        found.append((kind, head[place + 8 : end]))
        place = end + 4
    return found


def truncated() -> ImageError:
    """The error for a truncated file."""
    return ImageError(
        "truncated",
        "the file is truncated: it ends before the image data does. Copy it again from the camera",
    )


def undecodable(name: str, reason: str) -> ImageError:
    """The error for a file of format `name` that cannot be decoded."""
    return ImageError("unreadable", f"cannot decode the {name} file: {reason}")


def _jpeg_cut_off(content: bytes) -> bool:
    """Whether there is no end marker after the header of the first scan.

    The thumbnail in the EXIF has an end marker, too, but is before the scan.
    """
    *_, (scan, _) = segments(content)
    return content.find(EOI, scan) < 0


def _png_cut_off(content: bytes) -> bool:
    position = 8
    while True:
        length, kind = struct.unpack_from(">I4s", content, position)
        position += 12 + length
        if position > len(content):
            return True
        if kind == b"IEND":
            return False


def _webp_cut_off(content: bytes) -> bool:
    return bool(struct.unpack_from("<I", content, 4)[0] + 8 > len(content))


def _bmp_cut_off(content: bytes) -> bool:
    return bool(struct.unpack_from("<I", content, 2)[0] > len(content))


def _tiff_cut_off(content: bytes) -> bool:
    order = "<" if content[:2] == b"II" else ">"
    big = 43 in content[2:4]
    place, number, count, entry = (8, "Q", "Q", 20) if big else (4, "I", "H", 12)
    start = struct.unpack_from(order + number, content, place)[0]
    entries = struct.unpack_from(order + count, content, start)[0]
    head = struct.calcsize(f"={count}") + struct.calcsize(f"={number}")
    return bool(start + head + entry * entries > len(content))


def _gif_cut_off(content: bytes) -> bool:
    return not content.rstrip(b"\0").endswith(b";")


def _boxes_cut_off(content: bytes) -> bool:
    """Whether the last box of an ISO file exceeds the file."""
    from crackscope.images.formats.boxes import boxes

    ends = [end for _, _, end in boxes(content, 0, len(content))]
    return ends[-1] > len(content)


def _jpeg2000_cut_off(content: bytes) -> bool:
    return b"\xff\xd9" not in content


_CHECKS: dict[str, Callable[[bytes], bool]] = {
    "JPEG": _jpeg_cut_off,
    "PNG": _png_cut_off,
    "WEBP": _webp_cut_off,
    "BMP": _bmp_cut_off,
    "TIFF": _tiff_cut_off,
    "GIF": _gif_cut_off,
    "AVIF": _boxes_cut_off,
    HEIC: _boxes_cut_off,
    HEIF: _boxes_cut_off,
    "JPEG2000": _jpeg2000_cut_off,
}
