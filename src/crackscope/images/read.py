"""Reads photos: the bytes of a file, and its pixels, from any format, as upright 8-bit RGB.

Training, evaluation and inspection all use this module, so they see the same pixels.
"""

import io
import math
import re
import stat
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from crackscope import limits
from crackscope.errors import ImageError
from crackscope.images import jpeg, signature
from crackscope.images.exif import block_of, exif_of, orientation_of, upright
from crackscope.images.guard import our_limits
from crackscope.images.metadata import metadata_of
from crackscope.types import Photo, Pixels

MAX_MEGAPIXELS = 250.0
MIN_SIDE = 32
PIXELS_PER_BYTE = 100
"""More pixels per byte are not a photo: photos of walls have less than 30, blank paper 340."""
MAX_BYTES_PER_PIXEL = 16
"""Four channels with 32 bits."""
_VIDEO = re.compile(r"\.(mp4|mov|m4v|avi|mkv|webm|wmv|mts|m2ts|mpe?g|3gp)", re.IGNORECASE)
_PIXELS_PER_BYTE_WHOLE, _ALWAYS_MEGAPIXELS = 40, 24.0
"""Limit for images decoded as a whole: a pixel takes up to 24 bytes, and a file under 1 MB must not
take more than 1 GB. Up to 24 megapixels are always accepted."""


def read(path: Path, name: str | None = None, max_megapixels: float = MAX_MEGAPIXELS) -> Photo:
    """Read the photo at `path`; its path is `name` if given.

    Raises ImageError, with different kinds for missing, forbidden and damaged files.
    """
    return decode(content_of(path, max_megapixels), name or str(path), max_megapixels)


def largest_file(max_megapixels: float) -> int:
    """Maximum size in bytes of a photo of so many megapixels, in any format."""
    return int(max_megapixels * 1e6 * MAX_BYTES_PER_PIXEL) + 2**26


def check_length(length: int, max_megapixels: float) -> None:
    """Raise ImageError if `length` bytes are too many for a photo of `max_megapixels`."""
    if length > largest_file(max_megapixels):
        raise ImageError(
            "too_large",
            f"the file has {length / 1e6:.0f} MB, too much for a photo of "
            f"{max_megapixels:g} megapixels. If it is a photo, increase --max-megapixels",
        )


def is_video_name(path: str) -> bool:
    """Whether a path has the extension of a video."""
    return _VIDEO.fullmatch(PurePath(path).suffix) is not None


def refuse_video(name: str) -> None:
    """Raise ImageError for a file with the extension of a video, before it is read."""
    if is_video_name(name):
        raise ImageError(
            "unsupported",
            "a video. Give the path of a local file and a sampling interval such as --every 1s, "
            f'or extract frames with ffmpeg -i "{PurePath(name).name}" -vf fps=1 -q:v 2 '
            "frame_%06d.jpg",
        )


def content_of(path: Path, max_megapixels: float) -> bytes:
    """The content of a file; raises ImageError, with different kinds for missing and forbidden."""
    refuse_video(path.name)
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            next(path.iterdir(), None)  # a folder that could not be listed: raises the reason
        if not stat.S_ISREG(state.st_mode):
            raise ImageError("unreadable", "it is not a regular file")
        check_length(state.st_size, max_megapixels)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ImageError("not_found", "the file does not exist, or was removed") from error
    except PermissionError as error:
        raise ImageError("not_permitted", "permission denied") from error
    except (OSError, ValueError) as error:
        raise ImageError("unreadable", f"cannot read the file: {error}") from error


def decode(content: bytes, path: str, max_megapixels: float = MAX_MEGAPIXELS) -> Photo:
    """Decode the content of a file: upright (EXIF), sRGB (ICC), 8 bit, first frame, no alpha.

    Raises ImageError; an image above `max_megapixels` is refused before it is decoded.
    """
    if not content:
        raise ImageError("empty", "the file is empty (0 bytes)")
    name = signature.format_of(content)
    if name is None:
        readable = ", ".join(signature.READABLE)
        raise ImageError("not_an_image", f"unrecognised image format. Supported: {readable}")
    try:
        with our_limits(), limits.memory("decode it"):
            return _decode(content, name, path, max_megapixels)
    except ImageError:
        raise
    except Exception as error:  # decoders raise anything on hostile bytes
        raise _explain(content, name, error) from error


def from_array(pixels: NDArray[np.uint8], path: str = "array") -> Photo:
    """A photo from upright uint8 pixels: (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA."""
    planes = pixels.shape[2] if pixels.ndim == 3 else 1
    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or planes not in (1, 3, 4):
        raise ImageError(
            "unsupported",
            "an array must be uint8 and (H, W), (H, W, 1), (H, W, 3) or (H, W, 4). "
            f"Received: {pixels.dtype} {pixels.shape}",
        )
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if planes == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    check_size(pixels.shape[1], pixels.shape[0], MAX_MEGAPIXELS)
    return Photo(path, np.ascontiguousarray(pixels[..., :3]))


def check_size(width: int, height: int, max_megapixels: float, length: int | None = None) -> None:
    """Raise ImageError if a side is under 32 px, or if the image exceeds `max_megapixels` or is
    implausibly large for a file of `length` bytes."""
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            "too_small", f"both sides must be at least {MIN_SIDE} px. Received: {width}×{height} px"
        )
    megapixels = width * height / 1e6
    size = f"the photo is {width}×{height} px, {megapixels:.1f} megapixels"
    most = math.inf if length is None else length * _PIXELS_PER_BYTE_WHOLE / 1e6
    if megapixels > max(_ALWAYS_MEGAPIXELS, most):
        raise ImageError(
            "too_large",
            f"{size}, according to its header: too large for a file of {length} bytes. Check the "
            "origin of the file. If it is a photo, save it as uncompressed TIFF",
        )
    if megapixels > max_megapixels:
        raise ImageError(
            "too_large",
            f"{size}. Photos decoded as a whole must have at most {max_megapixels:g}. Increase "
            "--max-megapixels, or save the photo on this machine as a TIFF in strips, which is "
            "read block by block",
        )


def _decode(content: bytes, name: str, path: str, max_megapixels: float) -> Photo:
    if name == "JPEG":
        return _decode_jpeg(content, path, max_megapixels)
    from crackscope.images import others  # a dozen formats; most photos are JPEG

    return others.decode(content, name, path, max_megapixels)


def _decode_jpeg(content: bytes, path: str, max_megapixels: float) -> Photo:
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        check_size(*image.size, max_megapixels, len(content))
        jpeg.check_scans(content)
        jpeg.check_whole(content)
        exif = exif_of(image)
        pixels = upright(_jpeg_pixels(content, image), orientation_of(exif))
        return Photo(path, pixels, metadata_of(exif), block_of(image, exif))


def _jpeg_pixels(content: bytes, image: Image.Image) -> Pixels:
    if image.mode == "CMYK" or "icc_profile" in image.info:
        from crackscope.images.convert import foreign_profile, to_rgb  # other photos are sRGB

        profile = foreign_profile(image)
        if image.mode == "CMYK" or profile is not None:
            return to_rgb(jpeg.to_pillow(jpeg.decode(content, image.mode)), profile)
    return jpeg.decode(content, "RGB")


def _explain(content: bytes, name: str, error: Exception) -> ImageError:
    text = str(error)
    if signature.cut_off(content, name) or "truncated" in text or "Premature end" in text:
        return signature.truncated()
    if name == "JPEG" and "subsampling" in text:
        return jpeg.odd_subsampling()
    if isinstance(error, UnidentifiedImageError):  # its message contains a memory address
        from crackscope.images import others

        return others.unidentified(content, name)
    return signature.undecodable(name, text)
