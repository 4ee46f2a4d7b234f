"""Whether all tags that a TIFF lists have been understood.

Pillow leaves out those that it does not understand; tifffile, which would be one more package, does
the same.
"""

from typing import IO, Any

from PIL.ExifTags import Base as Tag

from crackscope.errors import ImageError

DECODING = frozenset(
    {Tag.BitsPerSample, Tag.Compression, Tag.PhotometricInterpretation, Tag.FillOrder}
    | {Tag.SamplesPerPixel, Tag.Predictor, Tag.ColorMap, Tag.ExtraSamples, Tag.SampleFormat}
    | {Tag.JPEGTables, Tag.YCbCrSubSampling, Tag.ReferenceBlackWhite}
)
"""What each strip or tile is decoded by."""
_PIXELS = (
    DECODING
    | {Tag.ImageWidth, Tag.ImageLength, Tag.Orientation, Tag.PlanarConfiguration}
    | {Tag.StripOffsets, Tag.RowsPerStrip, Tag.StripByteCounts}
    | {Tag.TileWidth, Tag.TileLength, Tag.TileOffsets, Tag.TileByteCounts}
)
"""Tags that say what the pixels are, and where: without one of them others would come out."""
_MOST_TAGS = 2**16


def check_understood(file: IO[bytes], tags: Any) -> None:
    """Raise ImageError where a tag of the pixels stands in the file, but not in `tags`.

    Its type, its length or the place of its numbers is damaged then.
    """
    lost = sorted(_PIXELS.intersection(_listed(file, tags)).difference(tags))
    if lost:
        raise ImageError(
            "unreadable",
            f"its tag {lost[0]:d}, which bears on the pixels, is damaged: copy the file again from "
            "where it was made",
        )


def _listed(file: IO[bytes], tags: Any) -> set[int]:
    """The numbers of all tags in the directory that `tags` were read from."""
    order: Any = {b"II": "little", b"MM": "big"}[tags.prefix]
    file.seek(0)
    big = 43 in file.read(4)[2:]
    room, entry = (8, 20) if big else (2, 12)
    file.seek(tags.offset)
    count = min(int.from_bytes(file.read(room), order), _MOST_TAGS)
    entries = file.read(count * entry)
    return {int.from_bytes(entries[at : at + 2], order) for at in range(0, len(entries), entry)}
