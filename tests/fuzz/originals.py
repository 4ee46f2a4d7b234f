"""A whole photo in every format that is read, each in its variants."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from crackscope.synthesis import scene
from crackscope.types import Pixels
from support_exif import phone
from support_heic import heic
from support_pictures import encode
from support_tiff import LONG, SHORT, Writer, dng, tiff

WIDTH, HEIGHT = 192, 144
_TILE = 48
_BEHIND = {
    "animated.gif": b",\0\0\0\0" + WIDTH.to_bytes(2, "little") + HEIGHT.to_bytes(2, "little"),
    "animated.webp": b"ANMF",
    "lossy.webp": b"EXIF",
}
"""How what lies behind the picture begins."""


@dataclass(frozen=True)
class Original:
    """A file that `inspect` reads; `refused` is the kind of error where it does not.

    With `in_parts` the limit of megapixels is set so low that it is read in parts. `checked`: each
    byte that bears on its pixels has a checksum. `entry`: it lies in a zip file, under that name.
    `first` is where the picture ends that is looked at: others, or EXIF, follow.
    """

    name: str
    content: bytes
    in_parts: bool = False
    checked: bool = False
    refused: str = ""
    entry: str = ""
    first: int | None = None

    def file(self, content: bytes) -> bytes:
        """What is written to disk of the content, whole or damaged."""
        return zipped(self.entry, content) if self.entry else content

    @property
    def max_megapixels(self) -> float:
        """What `inspect` is given."""
        return 0.01 if self.in_parts else 250.0


@cache
def originals() -> dict[str, Original]:
    """By name, which ends as its files do."""
    pixels = _wall()
    photo = Image.fromarray(pixels)
    kinds = (_jpegs, _pngs, _tiffs, _others)
    found = [original for kind in kinds for original in kind(pixels, photo)]
    return {original.name: original for original in [*found, *_heif(), *_zips(photo)]}


def _wall() -> Pixels:
    """A cracked wall with the grain of a sensor, and without a black pixel."""
    drawn = scene.draw_photo("cracked", HEIGHT, WIDTH, 1).pixels.astype(float)
    grain = np.random.default_rng(1).normal(0.0, 6.0, drawn.shape)
    return np.clip(drawn + grain, 8, 255).astype(np.uint8)


def _jpegs(pixels: Pixels, photo: Image.Image) -> Iterator[Original]:
    ways: dict[str, tuple[str, dict[str, Any]]] = {
        "plain": ("RGB", {"exif": phone().tobytes()}),
        "icc": ("RGB", {"icc_profile": foreign_profile()}),
        "cmyk": ("CMYK", {}),
        "grey": ("L", {}),
        "grey-icc": ("L", {"icc_profile": foreign_profile()}),
        "progressive": ("RGB", {"progressive": True}),
        "restart": ("RGB", {"restart_marker_rows": 1}),
        "restart-icc": ("RGB", {"restart_marker_blocks": 5, "icc_profile": foreign_profile()}),
    }
    for name, (mode, options) in ways.items():
        content = encode(photo.convert(mode), "JPEG", quality=90, **options)
        yield Original(f"{name}.jpg", content)
    two = encode(photo, "MPO", save_all=True, append_images=[photo])
    yield Original("two.mpo", two, first=two.rindex(b"\xff\xd8\xff"))


def foreign_profile() -> bytes:
    """An RGB profile that is not sRGB: red and green have changed places."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    renamed = srgb.replace(b"s\0R\0G\0B", b"t\0e\0s\0t").replace(b"sRGB", b"test")
    swapped = renamed.replace(b"rXYZ", b"....").replace(b"gXYZ", b"rXYZ")
    return swapped.replace(b"....", b"gXYZ")


def _pngs(pixels: Pixels, photo: Image.Image) -> Iterator[Original]:
    plain = encode(photo, "PNG")
    palette = encode(photo.quantize(200), "PNG", transparency=3)
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    yield Original("turned.png", encode(photo, "PNG", exif=phone().tobytes()))  # it may be lost
    yield Original("plain.png", plain, checked=True)
    yield Original("in-parts.png", plain, checked=True, in_parts=True)
    yield Original("alpha.png", encode(photo.convert("LA"), "PNG"), checked=True)
    yield Original("palette.png", palette, checked=True)
    yield Original("palette-in-parts.png", palette, checked=True, in_parts=True)
    yield Original("deep.png", encode(deep, "PNG"), checked=True)


def _tiffs(pixels: Pixels, photo: Image.Image) -> Iterator[Original]:
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    ways: dict[str, tuple[Image.Image, dict[str, Any]]] = {
        "turned": (photo, {"exif": phone().tobytes()}),
        "strips": (photo, {"tiffinfo": {278: 16}}),
        "deflate": (photo, {"compression": "tiff_adobe_deflate", "tiffinfo": {278: 16}}),
        "lzw": (photo, {"compression": "tiff_lzw", "tiffinfo": {278: 16, 317: 2}}),
        "packbits": (photo, {"compression": "packbits"}),
        "jpeg": (photo, {"compression": "jpeg", "tiffinfo": {278: 16}}),
        "cmyk": (photo.convert("CMYK"), {}),
        "deep-grey": (deep, {"compression": "tiff_adobe_deflate"}),
    }
    for name, (image, options) in ways.items():
        content = encode(image, "TIFF", **options)
        yield Original(f"{name}.tif", content)
        if name in ("strips", "deflate", "lzw", "jpeg"):
            yield Original(f"{name}-in-parts.tif", content, in_parts=True)
    tiles = deflated_tiles(pixels)
    yield Original("tiles.tif", tiff(pixels, tile=_TILE, big=True))
    yield Original("tiles-deflate.tif", tiles)
    yield Original("tiles-in-parts.tif", tiles, in_parts=True)
    yield Original("planar.tif", tiff(pixels, planar=True))
    yield Original("deep.tif", tiff(pixels.astype(np.uint16) * 257))
    floats = (pixels / 255.0).astype(np.float32)
    yield Original("float.tif", tiff(floats[..., :1], form=3), refused="unsupported")
    yield Original("raw.dng", dng((WIDTH, HEIGHT), [encode(photo, "JPEG", quality=90)]))


def deflated_tiles(pixels: Pixels) -> bytes:
    """Tiles, packed: what orthomosaics are."""
    writer = Writer()
    rows, columns = range(0, pixels.shape[0], _TILE), range(0, pixels.shape[1], _TILE)
    tiles = [pixels[y : y + _TILE, x : x + _TILE] for y in rows for x in columns]
    packed = [zlib.compress(tile.tobytes()) for tile in tiles]
    directory = writer.directory(
        [
            (256, LONG, [pixels.shape[1]]),
            (257, LONG, [pixels.shape[0]]),
            (258, SHORT, [8, 8, 8]),
            (259, SHORT, [8]),
            (262, SHORT, [2]),
            (277, SHORT, [3]),
            (322, LONG, [_TILE]),
            (323, LONG, [_TILE]),
            (324, LONG, [writer.data(tile) for tile in packed]),
            (325, LONG, [len(tile) for tile in packed]),
        ]
    )
    return writer.finish(directory)


def _others(pixels: Pixels, photo: Image.Image) -> Iterator[Original]:
    exif = phone().tobytes()
    two: dict[str, Any] = {"save_all": True, "append_images": [photo.rotate(180)]}
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    ways: dict[str, tuple[Image.Image, str, dict[str, Any]]] = {
        "lossy.webp": (photo, "WEBP", {"exif": exif, "icc_profile": foreign_profile()}),
        "lossless.webp": (photo, "WEBP", {"lossless": True}),
        "animated.webp": (photo, "WEBP", two),
        "plain.avif": (photo, "AVIF", {"exif": exif}),
        "plain.bmp": (photo, "BMP", {}),
        "palette.bmp": (photo.quantize(200), "BMP", {}),
        "plain.gif": (photo, "GIF", {}),
        "animated.gif": (photo, "GIF", two),
        "plain.ppm": (photo, "PPM", {}),
        "grey.pgm": (photo.convert("L"), "PPM", {}),
        "deep.pgm": (deep, "PPM", {}),
        "plain.jp2": (photo, "JPEG2000", {"quality_mode": "rates", "quality_layers": [8]}),
    }
    for name, (image, kind, options) in ways.items():
        content = encode(image, kind, **options)
        second = _BEHIND.get(name)
        yield Original(name, content, first=content.rindex(second) if second else None)


def _heif() -> Iterator[Original]:
    """Where its decoder, an extra, is installed."""
    if find_spec("pi_heif") is not None:
        yield Original("plain.heic", heic())


def _zips(photo: Image.Image) -> Iterator[Original]:
    """One photo in each, damaged with the zip file or before it was packed."""
    photos = {"jpg": encode(photo, "JPEG", quality=90), "png": encode(photo, "PNG")}
    for kind, content in photos.items():
        name = f"photo.{kind}"
        yield Original(f"of-{kind}.zip", zipped(name, content), checked=True)
        yield Original(f"of-damaged-{kind}.zip", content, checked=kind == "png", entry=name)


def zipped(name: str, content: bytes) -> bytes:
    """A zip file of one entry: JPEG as it is, the rest packed."""
    method = zipfile.ZIP_STORED if name.endswith(".jpg") else zipfile.ZIP_DEFLATED
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()
