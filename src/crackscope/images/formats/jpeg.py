"""JPEG, decoded strictly: whatever libjpeg only warns of, and fills with grey, is damage.

By libjpeg-turbo itself, two to three times as fast as by Pillow, which keeps the warnings quiet.
"""

import re
from collections.abc import Callable

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from crackscope.errors import ImageError
from crackscope.images.formats.jpeg_segments import EOI, SOS, segments

FORMATS = ("JPEG", "MPO")
"""As Pillow names them; MPO holds several pictures."""
_COLOURS = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_DAMAGE = re.compile("Corrupt|Premature")
_SMALL = 8
"""Decoded to an eighth of its size, a JPEG shows the same damage in a quarter of the time."""
_SEQUENTIAL, _JFIF = (0xC0, 0xC1), 0xE0


def decode(content: bytes, mode: str) -> NDArray[np.uint8]:
    """The first picture, (H, W, 1), (H, W, 3) or (H, W, 4) as Pillow gives `mode`: L, RGB or CMYK.

    Raises ValueError for all that libjpeg warns of, but stray bytes before the first scan, padding
    between the picture and its end marker, and odd values in the header that decoders pass over.
    """
    pixels = _strictly(content, _COLOURS[mode])
    if mode == "CMYK":  # stored as a negative, as Adobe does
        np.subtract(255, pixels, out=pixels)
    return pixels


def to_pillow(pixels: NDArray[np.uint8]) -> Image.Image:
    """What `decode` gives as a picture of Pillow, for the conversion of its colours."""
    height, width, channels = pixels.shape
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[channels]
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


def check(piece: bytes, most: int, tables: bytes = b"") -> None:
    """Raise ImageError where a JPEG in a strip or tile of a TIFF is damaged, or says that it has
    more than `most` pixels: decoders make room for them first.

    `tables` is what all pieces share, a JPEG without a picture. What no strict decoder takes is
    left to the one of TIFF.
    """
    whole = tables[:-2] + piece[2:] if tables else piece
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(whole, strict=False)
        if height * width > most:
            raise ImageError(
                "unreadable",
                f"a JPEG inside the TIFF is {width}×{height} px, far more than the picture: it is "
                "damaged, or made to fill the memory. See where it comes from",
            )
        target = "CMYK" if colours in ("CMYK", "YCCK") else "RGB"
        simplejpeg.decode_jpeg(whole, target, min_height=1, min_width=1, min_factor=_SMALL)
    except ValueError as error:
        if _DAMAGE.match(str(error)):
            raise ImageError("unreadable", f"a JPEG inside the TIFF is damaged: {error}") from error


def odd_subsampling() -> ImageError:
    """For what libjpeg-turbo takes with warnings only, so that its damage would not be seen."""
    return ImageError(
        "unsupported",
        "the colours of this JPEG are stored in a ratio that its decoder cannot check for damage: "
        "save it again with 4:4:4, 4:2:2 or 4:2:0",
    )


def _strictly(content: bytes, colours: str) -> NDArray[np.uint8]:
    """libjpeg tells its first warning alone: what is harmless is mended, lest more hide behind."""
    mending = dict(_MENDING)
    while True:
        try:
            pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(content, colours)
        except ValueError as error:
            warning = next((w for w in mending if w in str(error)), None)
            if warning is None:
                raise
            content = mending.pop(warning)(content)
        else:
            return pixels


def _without_padding(content: bytes) -> bytes:
    """Without what lies between the picture and its end marker, where that is of one value."""
    start = [end for _, end in segments(content)][-1]
    end = content.index(EOI, start)
    return content[:start] + content[start:end].rstrip(content[end - 1 : end]) + EOI


def _with_usual_head(content: bytes) -> bytes:
    """Without stray bytes before the first scan, and with the values that decoders assume."""
    places = list(segments(content))
    found = [content[begin:end] for begin, end in places]
    sequential = any(segment[1] in _SEQUENTIAL for segment in found)
    head = (_usual(segment, sequential) for segment in found)
    return b"".join((content[:2], *head, content[places[-1][1] :]))


def _usual(segment: bytes, sequential: bool) -> bytes:
    """A segment with the values that decoders take in place of odd ones."""
    if segment[1] == _JFIF and segment[4:9] == b"JFIF\0":
        return b"".join((segment[:9], b"\1", segment[10:]))
    if segment[1] == SOS and sequential:
        return segment[:-3] + bytes((0, 63, 0))
    return segment


_MENDING: dict[str, Callable[[bytes], bytes]] = {
    "before marker 0xd9": _without_padding,
    "extraneous bytes": _with_usual_head,
    "Invalid SOS parameters": _with_usual_head,
    "JFIF revision": _with_usual_head,
}
"""By the warning, which may be of a whole picture."""
