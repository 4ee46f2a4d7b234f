"""WebP: finds the data of the first image, and checks that the decoder needs all of it."""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from crackscope.errors import ImageError

LOSSY, LOSSLESS = b"VP8 ", b"VP8L"
"""Chunk types."""


@dataclass(frozen=True)
class Payload:
    """Position of the data in the file; `kind` is the type of its chunk."""

    kind: bytes
    begin: int
    end: int


def payload(read: Callable[[int, int], bytes]) -> Payload | None:
    """The data of the first image; `read` returns the bytes between two positions. None if there is
    no image."""
    place = 12
    while len(head := read(place, place + 8)) == 8:
        kind, length = struct.unpack("<4sI", head)
        if kind in (LOSSY, LOSSLESS):
            return Payload(kind, place + 8, place + 8 + length)
        place += 24 if kind == b"ANMF" else 8 + length + length % 2
    return None


def is_whole(kind: bytes, data: bytes) -> bool:
    """Whether `data` is enough for the decoder to produce the whole image.

    libwebp raises an error as soon as it needs a bit after the end.
    """
    chunk = kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    file = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk
    try:
        with Image.open(io.BytesIO(file), formats=("WEBP",)) as image:
            image.load()
    except Exception:  # noqa: BLE001  (decoders raise anything)
        return False
    return True


def damaged() -> ImageError:
    """The error for data that the decoder does not read to the end."""
    return ImageError(
        "unreadable",
        "the compressed pixels are damaged: decoding finished before their end. Copy the file "
        "again from its origin",
    )
