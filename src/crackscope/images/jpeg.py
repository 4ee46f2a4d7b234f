"""Decodes JPEG strictly: warnings of libjpeg, which fills damage with grey, are errors.

Uses libjpeg-turbo directly, two to three times as fast as Pillow, which hides the warnings. Missing
scans, which it does not warn of, are errors, too.
"""

import re
from collections.abc import Callable, Iterator

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from crackscope.errors import ImageError

FORMATS = ("JPEG", "MPO")
"""Pillow's names of the format; MPO contains several images."""
_COLOURS = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_DAMAGE = re.compile("Corrupt|Premature")
_SMALL = 8
"""Decoding to an eighth of the size finds the same damage in a quarter of the time."""
_SEQUENTIAL, _JFIF = (0xC0, 0xC1), 0xE0
SOS, EOI = 0xDA, b"\xff\xd9"
"""Start-of-scan marker, and end-of-image marker."""
MOST_SCANS = 100
"""Maximum number of scans, as in libtiff; programs write up to a dozen."""
_SCAN = bytes((0xFF, SOS))
_PROGRESSIVE = (0xC2, 0xCA)
_COEFFICIENTS, _NOT_SENT = 64, 16
"""Coefficients of a block, and the initial number of missing bits, above any valid one."""
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")
"""Marker of a segment with a length, or of the end; not stuffed bytes or restarts in a scan."""


def decode(content: bytes, mode: str) -> NDArray[np.uint8]:
    """The first image, (H, W, 1), (H, W, 3) or (H, W, 4) uint8, for mode L, RGB or CMYK of Pillow.

    Raises ValueError for all warnings of libjpeg except those of stray bytes before the first scan,
    padding before the end marker, and unusual header values that decoders ignore.
    """
    pixels = _strictly(content, _COLOURS[mode])
    if mode == "CMYK":  # stored as a negative, as Adobe does
        np.subtract(255, pixels, out=pixels)
    return pixels


def to_pillow(pixels: NDArray[np.uint8]) -> Image.Image:
    """The result of `decode` as a Pillow image, for the conversion of colours."""
    height, width, channels = pixels.shape
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[channels]
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


def check_piece(piece: bytes, most: int, tables: bytes = b"") -> None:
    """Raise ImageError if a JPEG in a strip or tile of a TIFF is damaged, or has more than `most`
    pixels by its header, for which decoders would allocate memory.

    `tables` are shared by all pieces, a JPEG without image data. JPEGs not supported by the strict
    decoder are left to libtiff.
    """
    whole = tables[:-2] + piece[2:] if tables else piece
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(whole, strict=False)
        if height * width > most:
            raise ImageError(
                "unreadable",
                f"a JPEG inside the TIFF is {width}×{height} px, much larger than the image. The "
                "file is damaged, or made to exhaust memory. Check its origin",
            )
        target = "CMYK" if colours in ("CMYK", "YCCK") else "RGB"
        simplejpeg.decode_jpeg(whole, target, min_height=1, min_width=1, min_factor=_SMALL)
    except ValueError as error:
        if _DAMAGE.match(str(error)):
            raise ImageError("unreadable", f"a JPEG inside the TIFF is damaged: {error}") from error


def check_scans(content: bytes) -> None:
    """Raise ImageError for a JPEG with so many scans that it was made to waste time."""
    if content.count(_SCAN) <= MOST_SCANS:  # fast path for most photos
        return
    if sum(1 for _ in _scans(content)) > MOST_SCANS:
        raise ImageError(
            "unreadable",
            f"the JPEG has more than {MOST_SCANS} scans, each of which takes as long as the whole "
            "image. No camera writes so many. Check the origin of the file, or save it again",
        )


def check_whole(content: bytes) -> None:
    """Raise ImageError if scans of a progressive JPEG are missing.

    If it is cut between two scans and given an end marker, it decodes without a warning, but the
    last bits of its coefficients are missing.
    """
    components = [number for number, *_ in _frame(content)]
    left = {number: np.full(_COEFFICIENTS, _NOT_SENT) for number in components}
    for place in _scans(content):
        length = int.from_bytes(content[place + 2 : place + 4])
        head = content[place + 5 : place + 2 + length]
        *pairs, first, last, bits = head
        for number in pairs[::2]:
            if number in left:
                left[number][first : last + 1] = bits & 15
    if any(bits.any() for bits in left.values()):
        raise ImageError(
            "truncated",
            "the file is truncated: the last scans of this progressive JPEG are missing. Copy it "
            "again from the camera",
        )


def odd_subsampling() -> ImageError:
    """The error for a subsampling that libjpeg-turbo cannot decode strictly."""
    return ImageError(
        "unsupported",
        "unsupported chroma subsampling: the decoder cannot detect damage in this JPEG. Save it "
        "again with 4:4:4, 4:2:2 or 4:2:0",
    )


def segments(content: bytes) -> Iterator[tuple[int, int]]:
    """(begin, end) of each segment, up to and including the header of the first scan.

    Stray bytes between segments are skipped, as by libjpeg. Raises ValueError if the file ends
    before the first scan.
    """
    position = 2
    while True:
        if position + 4 > len(content):
            raise ValueError("Premature end of JPEG file")
        marker = content[position + 1]
        if content[position] != 0xFF or marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            position += 1
            continue
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4])
        yield position, end
        if marker == SOS:
            return
        position = end


def _frame(content: bytes) -> Iterator[bytes]:
    """The entry of each component in the header of a progressive image."""
    for begin, end in segments(content):
        if content[begin + 1] in _PROGRESSIVE:
            entries = content[begin + 10 : end]
            yield from (entries[at : at + 3] for at in range(0, len(entries), 3))


def _scans(content: bytes) -> Iterator[int]:
    """The start of each scan, up to the end marker; anything may follow it."""
    position = 2
    while (found := _MARKER.search(content, position)) and found[0] != EOI:
        if found[0] == _SCAN:
            yield found.start()
        position = found.end() + int.from_bytes(content[found.end() : found.end() + 2])


def _strictly(content: bytes, colours: str) -> NDArray[np.uint8]:
    """Decode; repairs harmless defects, because libjpeg reports only its first warning."""
    repairs = dict(_REPAIRS)
    while True:
        try:
            pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(content, colours)
        except ValueError as error:
            warning = next((w for w in repairs if w in str(error)), None)
            if warning is None:
                raise
            content = repairs.pop(warning)(content)
        else:
            return pixels


def _without_padding(content: bytes) -> bytes:
    """Without padding of a single value before the end marker."""
    start = [end for _, end in segments(content)][-1]
    end = content.index(EOI, start)
    return content[:start] + content[start:end].rstrip(content[end - 1 : end]) + EOI


def _with_usual_head(content: bytes) -> bytes:
    """Without stray bytes before the first scan, and with usual header values."""
    places = list(segments(content))
    found = [content[begin:end] for begin, end in places]
    sequential = any(segment[1] in _SEQUENTIAL for segment in found)
    head = (_usual(segment, sequential) for segment in found)
    return b"".join((content[:2], *head, content[places[-1][1] :]))


def _usual(segment: bytes, sequential: bool) -> bytes:
    """A segment in which unusual values are replaced by those that decoders assume."""
    if segment[1] == _JFIF and segment[4:9] == b"JFIF\0":
        return b"".join((segment[:9], b"\1", segment[10:]))
    if segment[1] == SOS and sequential:
        return segment[:-3] + bytes((0, 63, 0))
    return segment


_REPAIRS: dict[str, Callable[[bytes], bytes]] = {
    "before marker 0xd9": _without_padding,
    "extraneous bytes": _with_usual_head,
    "Invalid SOS parameters": _with_usual_head,
    "JFIF revision": _with_usual_head,
}
"""Repairs by warning; these warnings also occur in undamaged images."""
