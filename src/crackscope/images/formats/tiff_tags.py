"""Checks that all tags of a TIFF could be parsed.

Pillow ignores tags that it cannot parse; so does tifffile, which would be one more dependency.
"""

from typing import IO, Any

from PIL.ExifTags import Base as Tag

from crackscope.errors import ImageError

DECODING = frozenset(
    {Tag.BitsPerSample, Tag.Compression, Tag.PhotometricInterpretation, Tag.FillOrder}
    | {Tag.SamplesPerPixel, Tag.Predictor, Tag.ColorMap, Tag.ExtraSamples, Tag.SampleFormat}
    | {Tag.JPEGTables, Tag.YCbCrSubSampling, Tag.ReferenceBlackWhite}
)
"""Tags needed to decode a strip or tile."""
_PIXELS = (
    DECODING
    | {Tag.ImageWidth, Tag.ImageLength, Tag.Orientation, Tag.PlanarConfiguration}
    | {Tag.StripOffsets, Tag.RowsPerStrip, Tag.StripByteCounts}
    | {Tag.TileWidth, Tag.TileLength, Tag.TileOffsets, Tag.TileByteCounts}
)
"""Tags that determine the pixels: without one of them, the result would be wrong."""
_MOST_TAGS = 2**16


def check_understood(file: IO[bytes], tags: Any) -> None:
    """Raise ImageError if a tag that determines the pixels is in the file, but not in `tags`.

    Then its type, length or offset is damaged.
    """
    lost = sorted(_PIXELS.intersection(_listed(file, tags)).difference(tags))
    if lost:
        raise ImageError(
            "unreadable",
            f"tag {lost[0]:d}, which determines the pixels, is damaged. Copy the file again from "
            "its origin",
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
