"""Decodes JPEG strictly: warnings of libjpeg, which fills damage with grey, are errors.

Uses libjpeg-turbo directly, two to three times as fast as Pillow, which hides the warnings.
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
"""Pillow's names of the format; MPO contains several images."""
_COLOURS = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_DAMAGE = re.compile("Corrupt|Premature")
_SMALL = 8
"""Decoding to an eighth of the size finds the same damage in a quarter of the time."""
_SEQUENTIAL, _JFIF = (0xC0, 0xC1), 0xE0


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


def check(piece: bytes, most: int, tables: bytes = b"") -> None:
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


def odd_subsampling() -> ImageError:
    """The error for a subsampling that libjpeg-turbo cannot decode strictly."""
    return ImageError(
        "unsupported",
        "unsupported chroma subsampling: the decoder cannot detect damage in this JPEG. Save it "
        "again with 4:4:4, 4:2:2 or 4:2:0",
    )


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
