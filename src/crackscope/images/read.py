"""Read a photo: any file in, upright 8-bit RGB out, or an ImageError that says why not.

The one way to get pixels, so that training, evaluation and inspection see the same ones.
"""

import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError, features
from PIL.TiffImagePlugin import TiffImageFile

from crackscope import memory
from crackscope.errors import ImageError
from crackscope.images import signature, tail
from crackscope.images.convert import foreign_profile, to_rgb
from crackscope.images.depth import depth_of
from crackscope.images.exif import block_of, exif_of, parse
from crackscope.images.files import content_of
from crackscope.images.formats import boxes, dng, gif, heic, jpeg, jpeg_scans, tiff, tiff_tags
from crackscope.images.guard import our_limits
from crackscope.images.large import png
from crackscope.images.metadata import metadata_of
from crackscope.images.orient import orientation_of, upright
from crackscope.types import Photo, Pixels

MAX_MEGAPIXELS = 250.0
MIN_SIDE = 32
PIXELS_PER_BYTE = 100
"""What packs more densely is no photo: those of walls have less than 30, blank paper 340."""
_PIXELS_PER_BYTE_WHOLE, _ALWAYS_MEGAPIXELS = 40, 24.0
"""Decoded whole, a pixel takes up to 24 bytes, and a file under 1 MB must not take more than 1 GB;
up to 24 megapixels none does, however densely it is packed."""

_LENIENT = ("PNG", "JPEG2000")
"""Formats whose decoder passes a file that is cut off."""
_PARTS = {"AVIF": "avif", "WEBP": "webp", "JPEG2000": "jpg_2000"}
"""What Pillow may be built without."""


def read(path: Path, name: str | None = None, max_megapixels: float = MAX_MEGAPIXELS) -> Photo:
    """Read the file at `path`; the photo carries `name` where one is given.

    Raises ImageError, whose kind tells a missing or forbidden file from a broken one.
    """
    return decode(content_of(path, max_megapixels), name or str(path), max_megapixels)


def decode(content: bytes, path: str, max_megapixels: float = MAX_MEGAPIXELS) -> Photo:
    """Decode the content of a file: upright (EXIF), sRGB (ICC), 8 bit, first frame, no alpha.

    Raises ImageError; a picture over `max_megapixels` is refused before it is decoded.
    """
    if not content:
        raise ImageError("empty", "the file is empty (0 bytes)")
    name = signature.format_of(content)
    if name is None:
        readable = ", ".join(signature.READABLE)
        raise ImageError("not_an_image", f"the file is not a picture. Read are: {readable}")
    if name == signature.RAW:
        raise tiff.raw()
    if name == signature.HEIF:
        raise _other_heif(content)
    if name == "AVIF":
        content = boxes.branded(content, b"avif")
    try:
        with our_limits(), memory.limits("decode it"):
            decoder = _decode_heic if name == signature.HEIC else _decode_common
            return decoder(content, path, max_megapixels)
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
    """Raise ImageError where a side is under 32 px or the whole is too large, also for any photo in
    a file of `length` bytes."""
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            "too_small", f"the photo is {width}×{height} px; a side must be at least {MIN_SIDE} px"
        )
    megapixels = width * height / 1e6
    size = f"the photo is {width}×{height} px, {megapixels:.1f} megapixels"
    most = math.inf if length is None else length * _PIXELS_PER_BYTE_WHOLE / 1e6
    if megapixels > max(_ALWAYS_MEGAPIXELS, most):
        raise ImageError(
            "too_large",
            f"{size}, by its header, and no photo of that size fits into {length} bytes: see where "
            "it comes from. If it is one, save it as TIFF without compression",
        )
    if megapixels > max_megapixels:
        raise ImageError(
            "too_large",
            f"{size}; the limit for what is decoded whole is {max_megapixels:g}. Raise it with "
            "--max-megapixels, or save the photo on this machine as TIFF in strips, which is read "
            "in parts",
        )


def _decode_common(content: bytes, path: str, max_megapixels: float) -> Photo:
    if content.startswith(b"GIF"):
        content = gif.first_picture(content)
    with Image.open(io.BytesIO(content), formats=signature.READABLE) as image:
        if dng.recognises(image):
            return _decode_dng(content, image, path, max_megapixels)
        check_size(*image.size, max_megapixels, len(content))
        turned = False
        if isinstance(image, TiffImageFile):
            tiff_tags.check_understood(io.BytesIO(content), image.tag_v2)
            tiff.check(image.tag_v2)
            tiff.check_pieces(content, image.tag_v2)
            turned = tiff.turned(image.tag_v2)
        elif image.mode == "F":
            raise tiff.floating_point()
        elif image.mode == "P" and image.palette is None:
            raise ImageError("unreadable", "its palette is missing: the file is damaged")
        elif image.format in jpeg.FORMATS:
            jpeg_scans.check(content)
            jpeg_scans.check_whole(content)
        remark = tail.check(lambda begin, end: content[begin:end], image, len(content))
        pixels = _upright_pixels(content, image)
        exif = exif_of(image)
        return Photo(path, pixels, metadata_of(exif, turned), block_of(image, exif), remark)


def _decode_dng(content: bytes, image: Image.Image, path: str, max_megapixels: float) -> Photo:
    """The preview as the photo; what was taken when and how stands in the DNG around it."""
    preview = decode(dng.preview(content, image), path, max_megapixels)
    exif = exif_of(image)
    pixels = preview.pixels if preview.exif else upright(preview.pixels, orientation_of(exif))
    return Photo(path, pixels, metadata_of(exif), block_of(image, exif))


def _upright_pixels(content: bytes, image: Image.Image) -> Pixels:
    profile = foreign_profile(image)
    depth = None
    if image.format in jpeg.FORMATS:
        if image.mode != "CMYK" and profile is None:
            return upright(jpeg.decode(content, "RGB"), orientation_of(exif_of(image)))
        loaded = jpeg.to_pillow(jpeg.decode(content, image.mode))
    else:
        depth = depth_of(image)
        image.load()
        loaded = image
        if image.format in _LENIENT and signature.cut_off(content, image.format):
            raise signature.truncated()
        if image.format == "PNG":
            png.verify(content)
    pixels = to_rgb(loaded, profile, depth)
    if depth is not None:
        depth.check()
    return upright(pixels, orientation_of(exif_of(image)))


def _decode_heic(content: bytes, path: str, max_megapixels: float) -> Photo:
    opened = heic.open_heic(content)
    width, height = opened.size
    check_size(width, height, max_megapixels, len(content))
    block = opened.info.get("exif") or b""
    tail.check_heif(content)
    image = heic.to_pillow(opened)
    pixels = upright(to_rgb(image, foreign_profile(image)), 1)
    return Photo(path, pixels, metadata_of(parse(block)), block)


def _other_heif(content: bytes) -> ImageError:
    if signature.cut_off(content, signature.HEIF):
        return signature.truncated()
    coded = ", ".join(sorted(codec.decode() for codec in boxes.codecs(content)))
    if not coded:
        return ImageError(
            "unreadable", "a HEIF file that does not say what its pictures are: it is damaged"
        )
    return ImageError(
        "unsupported",
        f"a HEIF file whose pictures are coded as {coded}: of HEIF, AVIF and HEIC are read. "
        "Convert the photo to JPEG",
    )


def _explain(content: bytes, name: str, error: Exception) -> ImageError:
    text = str(error)
    if signature.cut_off(content, name) or "truncated" in text or "Premature end" in text:
        return signature.truncated()
    if name == "JPEG" and "subsampling" in text:
        return jpeg.odd_subsampling()
    if isinstance(error, UnidentifiedImageError):  # its text names an address in memory
        if name == "TIFF":
            with our_limits():
                return tiff.explain(content)
        if (part := _PARTS.get(name)) and not features.check(part):
            return ImageError(
                "unsupported",
                f"the Pillow of this installation was built without {name}: install its own wheel "
                "with pip, or convert the photo to JPEG",
            )
        text = "its header is damaged, or it is of a variant that is not read"
    return ImageError("unreadable", f"it begins as {name} but cannot be decoded: {text}")
