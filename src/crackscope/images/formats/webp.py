"""WebP: where the data of its first picture lies, and whether its decoder needs all of it."""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from crackscope.errors import ImageError

LOSSY, LOSSLESS = b"VP8 ", b"VP8L"
"""Kinds of chunks."""


@dataclass(frozen=True)
class Payload:
    """Where the data lies in the file, `kind` being the name of its chunk."""

    kind: bytes
    begin: int
    end: int


def payload(read: Callable[[int, int], bytes]) -> Payload | None:
    """That of the first picture, in whose file `read` gives the bytes between two places; None
    where there is none."""
    place = 12
    while len(head := read(place, place + 8)) == 8:
        kind, length = struct.unpack("<4sI", head)
        if kind in (LOSSY, LOSSLESS):
            return Payload(kind, place + 8, place + 8 + length)
        place += 24 if kind == b"ANMF" else 8 + length + length % 2
    return None


def is_whole(kind: bytes, data: bytes) -> bool:
    """Whether the decoder gets all of a picture out of `data`, and does not come to its end before.

    libwebp refuses a picture as soon as it asks for a bit behind the end.
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
    """For data of which the decoder leaves a part unread."""
    return ImageError(
        "unreadable",
        "its decoder is done before the packed pixels end: they are damaged. Copy the file again "
        "from where it was made",
    )
