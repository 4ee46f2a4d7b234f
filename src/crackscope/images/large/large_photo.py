"""Photos that are too large to be decoded whole, read in parts from top to bottom.

TIFF in strips or tiles, and PNG without interlace: what Pillow decodes whole only is cut into small
files of the same kind (docs/decisions/0014).
"""

import io
import math
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from crackscope import memory
from crackscope.errors import ImageError
from crackscope.images.exif import block_of, exif_of
from crackscope.images.guard import our_limits
from crackscope.images.metadata import metadata_of
from crackscope.images.orient import orientation_of
from crackscope.images.profile import foreign_profile
from crackscope.images.read import MAX_MEGAPIXELS, PIXELS_PER_BYTE, check_size
from crackscope.images.signature import READABLE, format_of
from crackscope.patience import within
from crackscope.types import Photo, Pixels

if TYPE_CHECKING:
    from crackscope.images.large.rows import RowReader

WHOLE_MEGAPIXELS = 50.0
"""Up to this size every photo is decoded whole."""
_KINDS = ("TIFF", "PNG")
_LONGEST_EXIF = 2**20


@dataclass(frozen=True)
class LargePhoto:
    """A photo whose pixels come as they are asked for, downwards, as `rows` says."""

    photo: Photo
    rows: "RowReader"

    def reduced(self) -> Photo:
        """A small copy in memory, for pictures; for when all rows have been read."""
        photo = self.photo
        return Photo(photo.path, self.rows.reduced(), photo.metadata, photo.exif)


@contextmanager
def opened(
    path: Path,
    name: str | None = None,
    max_megapixels: float = MAX_MEGAPIXELS,
    timeout: float | None = None,
) -> Iterator[LargePhoto | None]:
    """The photo at `path`, which carries `name`; None where it is to be decoded whole.

    Raises ImageError where it has more than `max_megapixels` and cannot be read in parts; reading
    its pixels raises it, too, also where the next of its parts takes more than `timeout` seconds.
    """
    least = min(WHOLE_MEGAPIXELS, max_megapixels)
    with ExitStack() as stack:
        file = _file(path, least)
        kind = "" if file is None else format_of(stack.enter_context(file).read(32))
        if file is None or kind not in _KINDS:
            yield None
            return
        stack.enter_context(our_limits())
        image = _opened(file, kind)
        if image is None or _megapixels(image) <= least:
            yield None
        elif reason := _why_not(file, image):
            if _megapixels(image) > max_megapixels:
                raise _too_large(image, max_megapixels, reason)
            yield None
        else:
            yield _large(file, image, name or str(path), timeout)


def _file(path: Path, least: float) -> IO[bytes] | None:
    """None where it is too short for a photo of `least` megapixels, which saves the opening of many
    patches, or cannot be opened: whoever reads it whole says why."""
    try:
        return path.open("rb") if path.stat().st_size * PIXELS_PER_BYTE > least * 1e6 else None
    except (OSError, ValueError):
        return None


def megapixels(content: bytes) -> float:
    """What the content of a file says of its size; 0 where it is too short for a large photo."""
    if len(content) * PIXELS_PER_BYTE < WHOLE_MEGAPIXELS * 1e6:
        return 0.0
    try:
        with our_limits(), Image.open(io.BytesIO(content), formats=READABLE) as image:
            return _megapixels(image)
    except Exception:  # noqa: BLE001  (as below)
        return 0.0


def _opened(file: IO[bytes], kind: str) -> Image.Image | None:
    """Its tags alone are read; None where it is damaged, or a raw photo."""
    try:
        image = Image.open(file, formats=(kind,))
    except Exception:  # noqa: BLE001  (decoders raise anything on hostile bytes)
        return None
    from crackscope.images.formats import dng

    return None if dng.recognises(image) else image


def _megapixels(image: Image.Image) -> float:
    return image.width * image.height / 1e6


def _why_not(file: IO[bytes], image: Image.Image) -> str:
    """Why the photo has to be decoded whole; "" where it need not."""
    try:
        return _checked(file, image)
    except ImageError:
        raise
    except Exception as error:  # noqa: BLE001  (tags may hold anything)
        return f"its header is damaged ({error})"


def _checked(file: IO[bytes], image: Image.Image) -> str:
    from crackscope.images.large import png, tiff

    check_size(*image.size, math.inf)
    size = file.seek(0, os.SEEK_END)
    if image.width * image.height > size * PIXELS_PER_BYTE:
        return f"no photo of that size fits into {size} bytes"
    if isinstance(image, TiffImageFile):
        reason = tiff.why_not(file, image, size)
    else:
        file.seek(0)
        reason = png.why_not(file.read(33))
        _find_exif(file, image)
    turned = orientation_of(exif_of(image)) != 1
    return reason or ("it is stored turned, as its EXIF orientation says" if turned else "")


def _find_exif(file: IO[bytes], image: Image.Image) -> None:
    """Where it stands behind the pixels, Pillow would decode them all to find it."""
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
        f"has to be decoded whole: {reason}. That is done up to {max_megapixels:g} megapixels. "
        "Save it as TIFF in strips or tiles, or raise --max-megapixels",
    )


def _large(file: IO[bytes], image: Image.Image, name: str, timeout: float | None) -> LargePhoto:
    from crackscope.images.large import png, tiff
    from crackscope.images.large.rows import RowReader

    profile = foreign_profile(image)
    if isinstance(image, TiffImageFile):
        strips = tiff.strips(file, image, profile)
    else:
        strips = png.strips(file, profile)
    reader = RowReader(*image.size, _explained(strips, image, timeout))
    remark = _remark(file, image)
    exif = exif_of(image)
    pixels = cast(Pixels, reader)  # all that is done with them is slicing
    photo = Photo(name, pixels, metadata_of(exif), block_of(image, exif), remark)
    return LargePhoto(photo, reader)


def _remark(file: IO[bytes], image: Image.Image) -> str:
    """What is said of the end of its data."""
    from crackscope.images import tail

    try:
        return tail.check(partial(_read, file), image, file.seek(0, os.SEEK_END))
    except ImageError:
        raise
    except Exception as error:  # tags may hold anything
        raise ImageError("unreadable", f"its header is damaged ({error})") from error


def _read(file: IO[bytes], begin: int, end: int) -> bytes:
    file.seek(begin)
    return file.read(end - begin)


def _explained(
    strips: Iterator[Pixels], image: Image.Image, timeout: float | None
) -> Iterator[Pixels]:
    """Whatever goes wrong in a decoder is the photo's fault."""
    try:
        while (strip := within(timeout, _next, strips)) is not None:
            yield strip
    except ImageError:
        raise
    except Exception as error:
        raise ImageError(
            "unreadable", f"it begins as {image.format} but cannot be decoded: {error}"
        ) from error


def _next(strips: Iterator[Pixels]) -> Pixels | None:
    with memory.limits("decode it"):
        return next(strips, None)
