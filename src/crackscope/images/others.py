"""Decodes photos in other formats than JPEG with Pillow, after format-specific checks."""

import io

from PIL import Image, features
from PIL.TiffImagePlugin import TiffImageFile

from crackscope.errors import ImageError
from crackscope.images import read, signature, tail
from crackscope.images.convert import foreign_profile, to_rgb
from crackscope.images.depth import depth_of
from crackscope.images.exif import block_of, exif_of, orientation_of, parse, upright
from crackscope.images.formats import avif, boxes, dng, gif, heic, tiff, tiff_tags
from crackscope.images.guard import our_limits
from crackscope.images.large import png
from crackscope.images.metadata import metadata_of
from crackscope.types import Photo, Pixels

_LENIENT = ("PNG", "JPEG2000")
"""Formats whose decoder accepts truncated files."""
_PARTS = {"AVIF": "avif", "WEBP": "webp", "JPEG2000": "jpg_2000"}
"""Optional features of Pillow."""


def decode(content: bytes, name: str, path: str, max_megapixels: float) -> Photo:
    """The photo in a file of format `name`; other errors than ImageError are for `read.decode`."""
    if name == signature.RAW:
        raise tiff.raw()
    if name == signature.HEIF:
        raise _other_heif(content)
    if name == signature.HEIC:
        return _decode_heic(content, path, max_megapixels)
    if name == "AVIF":
        content = boxes.branded(content, b"avif")
    if name == "GIF":
        content = gif.first_picture(content)
    return _decode_common(content, path, max_megapixels)


def unidentified(content: bytes, name: str) -> ImageError:
    """The error for a file that begins as format `name`, but is unknown to Pillow."""
    if name == "TIFF":
        with our_limits():
            return tiff.explain(content)
    if (part := _PARTS.get(name)) and not features.check(part):
        return ImageError(
            "unsupported",
            f"the installed Pillow was built without {name}. Install the official wheel with pip, "
            "or convert the photo to JPEG",
        )
    reason = "its header is damaged, or the variant is not supported"
    return signature.undecodable(name, reason)


def _decode_common(content: bytes, path: str, max_megapixels: float) -> Photo:
    with Image.open(io.BytesIO(content), formats=signature.READABLE) as image:
        if dng.recognises(image):
            return _decode_dng(content, image, path, max_megapixels)
        read.check_size(*image.size, max_megapixels, len(content))
        turned = False
        if isinstance(image, TiffImageFile):
            tiff_tags.check_understood(io.BytesIO(content), image.tag_v2)
            tiff.check(image.tag_v2)
            tiff.check_pieces(content, image.tag_v2)
            turned = tiff.turned(image.tag_v2)
        elif image.format == "AVIF":
            avif.check(content, *image.size)
        elif image.mode == "F":
            raise tiff.floating_point()
        elif image.mode == "P" and image.palette is None:
            raise ImageError("unreadable", "the file is damaged: its palette is missing")
        remark = tail.check(lambda begin, end: content[begin:end], image, len(content))
        pixels = _upright_pixels(content, image)
        exif = exif_of(image)
        return Photo(path, pixels, metadata_of(exif, turned), block_of(image, exif), remark)


def _decode_dng(content: bytes, image: Image.Image, path: str, max_megapixels: float) -> Photo:
    """The preview, with the metadata of the DNG."""
    preview = read.decode(dng.preview(content, image), path, max_megapixels)
    exif = exif_of(image)
    pixels = preview.pixels if preview.exif else upright(preview.pixels, orientation_of(exif))
    return Photo(path, pixels, metadata_of(exif), block_of(image, exif))


def _upright_pixels(content: bytes, image: Image.Image) -> Pixels:
    profile, depth = foreign_profile(image), depth_of(image)
    image.load()
    if image.format in _LENIENT and signature.cut_off(content, image.format):
        raise signature.truncated()
    if image.format == "PNG":
        png.verify(content)
    pixels = to_rgb(image, profile, depth)
    if depth is not None:
        depth.check()
    return upright(pixels, orientation_of(exif_of(image)))


def _decode_heic(content: bytes, path: str, max_megapixels: float) -> Photo:
    opened = heic.open_heic(content)
    width, height = opened.size
    read.check_size(width, height, max_megapixels, len(content))
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
            "unreadable", "the HEIF file is damaged: the codec of its images is missing"
        )
    return ImageError(
        "unsupported",
        f"unsupported HEIF codec {coded}. Supported: AVIF, HEIC. Convert the photo to JPEG",
    )
