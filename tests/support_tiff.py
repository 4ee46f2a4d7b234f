"""A small TIFF writer: what Pillow reads but does not write. Tiled, BigTIFF, planar, DNG."""

import io
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

Tag = tuple[int, int, Sequence[int]]
BYTE, TEXT, SHORT, LONG, LONG8 = 1, 2, 3, 4, 16
_SIZES = {BYTE: "B", TEXT: "B", SHORT: "H", LONG: "I", LONG8: "Q"}


@dataclass
class Writer:
    """A file in the making; `big` is a BigTIFF with offsets of 8 bytes."""

    big: bool = False
    content: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        head = struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0)
        self.content += head if self.big else struct.pack("<2sHI", b"II", 42, 0)

    def data(self, content: bytes) -> int:
        """Add data; returns where it lies."""
        self.content += bytes(len(self.content) % 2)
        start = len(self.content)
        self.content += content
        return start

    def directory(self, tags: Iterable[Tag]) -> int:
        """Add a directory; returns where it lies."""
        room, number, count = (8, "Q", "Q") if self.big else (4, "I", "H")
        entries = b""
        listed = sorted(tags)
        for tag, kind, values in listed:
            packed = struct.pack(f"<{len(values)}{_SIZES[kind]}", *values)
            if len(packed) > room:
                packed = struct.pack(f"<{number}", self.data(packed))
            entries += struct.pack(f"<HH{number}", tag, kind, len(values)) + packed.ljust(
                room, b"\0"
            )
        end = struct.pack(f"<{number}", 0)
        return self.data(struct.pack(f"<{count}", len(listed)) + entries + end)

    def finish(self, first: int) -> bytes:
        """The file, whose first picture is the directory at `first`."""
        place, number = (8, "<Q") if self.big else (4, "<I")
        struct.pack_into(number, self.content, place, first)
        return bytes(self.content)


def tiff(
    pixels: np.ndarray,
    *,
    big: bool = False,
    tile: int = 0,
    planar: bool = False,
    form: int = 1,
    other: Mapping[int, int | None] | None = None,
    no_data: int | None = None,
) -> bytes:
    """(H, W, C) of any width as an uncompressed TIFF; `form` is 1 unsigned, 3 floating point.
    `no_data` is the value of pixels that show nothing, as GDAL writes it.

    `other` tags hold one number each and go before those of the pixels; None: the tag is missing.
    """
    writer = Writer(big)
    planes = np.moveaxis(pixels, 2, 0)[..., None] if planar else [pixels]
    places, lengths = [], []
    for part in (part for plane in planes for part in _parts(plane, tile)):
        places.append(writer.data(part.tobytes()))
        lengths.append(part.nbytes)
    height, width, channels = pixels.shape
    tags: list[Tag] = [
        (256, LONG, [width]),
        (257, LONG, [height]),
        (258, SHORT, [pixels.itemsize * 8] * channels),
        (259, SHORT, [1]),
        (262, SHORT, [2 if channels > 2 else 1]),
        (277, SHORT, [channels]),
        (284, SHORT, [2 if planar else 1]),
        (339, SHORT, [form] * channels),
    ]
    if tile:
        tags += [
            (322, LONG, [tile]),
            (323, LONG, [tile]),
            (324, LONG, places),
            (325, LONG, lengths),
        ]
    else:
        tags += [(273, LONG, places), (278, LONG, [height]), (279, LONG, lengths)]
    if no_data is not None:
        tags.append((42113, TEXT, list(f"{no_data}\0".encode())))
    changed = other or {}
    kept = [tag for tag in tags if tag[0] not in changed]
    added: list[Tag] = [(tag, LONG, [value]) for tag, value in changed.items() if value is not None]
    return writer.finish(writer.directory([*kept, *added]))


def _parts(plane: np.ndarray, tile: int) -> list[np.ndarray]:
    if not tile:
        return [plane]
    height, width = plane.shape[:2]
    full = np.pad(plane, ((0, -height % tile), (0, -width % tile), (0, 0)))
    rows, columns = range(0, height, tile), range(0, width, tile)
    return [full[y : y + tile, x : x + tile] for y in rows for x in columns]


def dng(raw: tuple[int, int], previews: Sequence[bytes], orientation: int = 1) -> bytes:
    """A DNG of a grey thumbnail, an empty raw picture of `raw` (width, height), and JPEGs."""
    writer = Writer()
    sub = [writer.directory(_picture(0, raw, 1, 32803, writer.data(bytes(64)), 64))]
    for jpeg in previews:
        with Image.open(io.BytesIO(jpeg)) as image:
            size = image.size
        sub.append(writer.directory(_picture(1, size, 7, 6, writer.data(jpeg), len(jpeg))))
    thumbnail = _picture(1, (32, 32), 1, 1, writer.data(bytes(1024)), 1024)
    extra: list[Tag] = [
        (274, SHORT, [orientation]),
        (330, LONG, sub),
        (50706, BYTE, [1, 4, 0, 0]),
    ]
    return writer.finish(writer.directory([*thumbnail, *extra]))


def _picture(
    reduced: int, size: tuple[int, int], compression: int, colours: int, place: int, length: int
) -> list[Tag]:
    channels = 3 if colours == 6 else 1
    return [
        (254, LONG, [reduced]),
        (256, LONG, [size[0]]),
        (257, LONG, [size[1]]),
        (258, SHORT, [8] * channels),
        (259, SHORT, [compression]),
        (262, SHORT, [colours]),
        (273, LONG, [place]),
        (277, SHORT, [channels]),
        (278, LONG, [size[1]]),
        (279, LONG, [length]),
    ]
