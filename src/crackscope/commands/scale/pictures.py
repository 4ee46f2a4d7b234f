"""The photos as the scale page shows them: JPEG copies beside it."""

from pathlib import Path

from crackscope import hashing
from crackscope.images.large import opened
from crackscope.images.read import decode
from crackscope.inspection.sources import PhotoSource
from crackscope.measurement.scale_page import Shot
from crackscope.rendering import thumbnail
from crackscope.run_dir import write_atomically
from crackscope.types import Pixels

FOLDER = "photos"
_LONG_SIDE, _QUALITY = 6000, 90
"""About the most that phones decode. The table says how much less certain a click in a reduced
photo is."""
_Size = tuple[int, int]


def shot_of(source: PhotoSource, folder: Path, max_megapixels: float) -> Shot:
    """The photo with its copy in `folder`, which is written if it is missing.

    Raises ImageError if the photo cannot be read.
    """
    key = hashing.of_value([source.name, *source.stamp()])[:16]
    for copy in (folder / FOLDER).glob(f"{key}-*.jpg"):
        size = map(int, copy.stem.partition("-")[2].split("x"))
        return Shot(source.name, f"{FOLDER}/{copy.name}", *size)
    (width, height), pixels = _read(source, max_megapixels)
    name = f"{FOLDER}/{key}-{width}x{height}.jpg"  # the size, to skip decoding the next time
    write_atomically(folder / name, thumbnail.of_pixels(pixels, _LONG_SIDE, _QUALITY))
    return Shot(source.name, name, width, height)


def _read(source: PhotoSource, max_megapixels: float) -> tuple[_Size, Pixels]:
    """The size of the upright photo, and its pixels; reduced ones if it is read in blocks."""
    path = source.local()
    if path is not None:
        with opened(path, source.name, max_megapixels) as large:
            if large is not None:
                return (large.photo.width, large.photo.height), large.whole_reduced()
    photo = source.photo(max_megapixels)
    if photo is None:
        photo = decode(source.content(max_megapixels), source.name, max_megapixels)
    return (photo.width, photo.height), photo.pixels
