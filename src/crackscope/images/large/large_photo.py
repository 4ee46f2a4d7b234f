"""Photos too large to decode as a whole, read block by block from top to bottom.

TIFF with strips or tiles, and PNG without interlacing. Pillow can only decode these as a whole, so
they are divided into small files of the same format (docs/decisions/0014).
"""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, cast

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from crackscope import limits
from crackscope.errors import ImageError
from crackscope.images.convert import foreign_profile
from crackscope.images.exif import block_of, exif_of, orientation_of
from crackscope.images.guard import our_limits
from crackscope.images.metadata import metadata_of
from crackscope.images.read import PIXELS_PER_BYTE, check_size
from crackscope.images.signature import undecodable
from crackscope.limits import within
from crackscope.types import Photo, Pixels

if TYPE_CHECKING:
    from crackscope.images.large.rows import RowReader

_LONGEST_EXIF = 2**20


@dataclass(frozen=True)
class LargePhoto:
    """A photo whose pixels are read on demand, from top to bottom, by `rows`."""

    photo: Photo
    rows: "RowReader"

    def reduced(self) -> Photo:
        """A reduced copy in memory, for overlays; call after all rows have been read."""
        photo = self.photo
        return Photo(photo.path, self.rows.reduced(), photo.metadata, photo.exif)

    def whole_reduced(self) -> Pixels:
        """Read all rows, and return the reduced copy."""
        self.rows[self.photo.height - 1 : self.photo.height, 0:1]
        return self.rows.reduced()


@contextmanager
def in_blocks(
    file: IO[bytes], kind: str, name: str, least: float, most: float, timeout: float | None
) -> Iterator[LargePhoto | None]:
    """See `large.opened`, for an open file of one of the two formats, and limits in megapixels."""
    with our_limits():
        image = _opened(file, kind)
        if image is None or _megapixels(image) <= least:
            yield None
        elif reason := _why_not(file, image):
            if _megapixels(image) > most:
                raise _too_large(image, most, reason)
            yield None
        else:
            yield _large(file, image, name, timeout)


def _opened(file: IO[bytes], kind: str) -> Image.Image | None:
    """Open the image, reading only its header; None if it is damaged, or a raw photo."""
    try:
        image = Image.open(file, formats=(kind,))
    except Exception:  # noqa: BLE001  (decoders raise anything on hostile bytes)
        return None
    from crackscope.images.formats import dng

    return None if dng.recognises(image) else image


def _megapixels(image: Image.Image) -> float:
    return image.width * image.height / 1e6


def _why_not(file: IO[bytes], image: Image.Image) -> str:
    """The reason why the photo must be decoded as a whole; "" if there is none."""
    try:
        return _checked(file, image)
    except ImageError:
        raise
    except Exception as error:  # noqa: BLE001  (tags may contain anything)
        return f"its header is damaged ({error})"


def _checked(file: IO[bytes], image: Image.Image) -> str:
    from crackscope.images.large import png, tiff

    check_size(*image.size, math.inf)
    size = file.seek(0, os.SEEK_END)
    if image.width * image.height > size * PIXELS_PER_BYTE:
        return f"its size is implausible for a file of {size} bytes"
    if isinstance(image, TiffImageFile):
        reason = tiff.why_not(file, image, size)
    else:
        file.seek(0)
        reason = png.why_not(file.read(33))
        _find_exif(file, image)
    turned = orientation_of(exif_of(image)) != 1
    return reason or ("it is stored rotated (EXIF orientation)" if turned else "")


def _find_exif(file: IO[bytes], image: Image.Image) -> None:
    """Find the EXIF chunk of a PNG; if it is after the pixels, Pillow would decode them first."""
    from crackscope.images.large import png

    for kind, offset, length in png.chunks(file):
        if kind == b"eXIf" and length <= _LONGEST_EXIF:
            file.seek(offset)
            image.info["exif"] = b"Exif\0\0" + file.read(length)
    image.info.setdefault("exif", b"")


def _too_large(image: Image.Image, max_megapixels: float, reason: str) -> ImageError:
    return ImageError(
        "too_large",
        f"the photo is {image.width}×{image.height} px, {_megapixels(image):.1f} megapixels, and "
        f"must be decoded as a whole: {reason}. The limit for that is {max_megapixels:g} "
        "megapixels. Save it as a TIFF in strips or tiles, or increase --max-megapixels",
    )


def _large(file: IO[bytes], image: Image.Image, name: str, timeout: float | None) -> LargePhoto:
    from crackscope.images.large import png, tiff
    from crackscope.images.large.rows import RowReader

    profile = foreign_profile(image)

    def strips() -> Iterator[Pixels]:
        if isinstance(image, TiffImageFile):
            return _explained(tiff.strips(file, image, profile), image, timeout)
        return _explained(png.strips(file, profile), image, timeout)

    reader = RowReader(*image.size, strips(), again=strips)
    remark = _remark(file, image)
    exif = exif_of(image)
    pixels = cast(Pixels, reader)  # only slicing is used
    photo = Photo(name, pixels, metadata_of(exif), block_of(image, exif), remark)
    return LargePhoto(photo, reader)


def _remark(file: IO[bytes], image: Image.Image) -> str:
    """The remark on the end of the data, "" if there is none."""
    from crackscope.images import tail

    try:
        return tail.check(partial(_read, file), image, file.seek(0, os.SEEK_END))
    except ImageError:
        raise
    except Exception as error:  # tags may contain anything
        raise ImageError("unreadable", f"its header is damaged ({error})") from error


def _read(file: IO[bytes], begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(end - begin)


def _explained(
    strips: Iterator[Pixels], image: Image.Image, timeout: float | None
) -> Iterator[Pixels]:
    """The strips, with every decoder error turned into an ImageError."""
    try:
        while (strip := within(timeout, _next, strips)) is not None:
            yield strip
    except ImageError:
        raise
    except Exception as error:
        raise undecodable(str(image.format), str(error)) from error


def _next(strips: Iterator[Pixels]) -> Pixels | None:
    with limits.memory("decode it"):
        return next(strips, None)
