"""What a file is made of: the parts that a damage may swap, repeat, or give a wrong length."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Piece:
    """Bytes `start` to `end` of a file, and where numbers stand in them: lengths, counts, places.

    `fields` are (offset in the file, number of bytes); `order` is that of these bytes.
    """

    start: int
    end: int
    fields: tuple[tuple[int, int], ...] = ()
    order: str = "big"


def pieces_of(content: bytes) -> list[Piece]:
    """The pieces of a whole file; eighths of it where its format has none, or is not known."""
    pieces = next((list(cut(content)) for start, cut in _CUTS if content.startswith(start)), [])
    if content[4:8] in (b"ftyp", b"jP  "):
        pieces = list(_boxes(content, 0, len(content)))
    return [*pieces, *_eighths(content)] if len(pieces) < 8 else pieces


def _eighths(content: bytes) -> Iterator[Piece]:
    yield from (Piece(*span) for span in pairwise(len(content) * n // 8 for n in range(9)))


def _jpeg(content: bytes) -> Iterator[Piece]:
    """Segments with their length, scans cut at restart markers."""
    position = 2
    while content[position + 1] != 0xD9:
        begin, length = position, int.from_bytes(content[position + 2 : position + 4])
        position += 2 + length
        yield Piece(begin, position, ((begin + 2, 2),))
        if content[begin + 1] == 0xDA:
            for start, end in pairwise([position, *_marks(content, position)]):
                yield Piece(start, end)
                position = end


def _marks(content: bytes, position: int) -> Iterator[int]:
    """Where restart markers stand in a scan, and where it ends."""
    while True:
        position = content.index(b"\xff", position)
        if content[position + 1] != 0:
            yield position
            if not 0xD0 <= content[position + 1] <= 0xD7:
                return
        position += 2


def _png(content: bytes) -> Iterator[Piece]:
    position = 8
    while position < len(content):
        end = position + 12 + int.from_bytes(content[position : position + 4])
        sizes = ((position + 8, 4), (position + 12, 4)) if position == 8 else ()
        yield Piece(position, end, ((position, 4), *sizes))
        position = end


def _riff(content: bytes) -> Iterator[Piece]:
    yield Piece(0, 12, ((4, 4),), "little")
    position = 12
    while position < len(content):
        length = int.from_bytes(content[position + 4 : position + 8], "little")
        end = position + 8 + length + length % 2
        yield Piece(position, end, ((position + 4, 4),), "little")
        position = end


_INSIDE = {b"meta": 12, b"iprp": 8, b"ipco": 8, b"moov": 8, b"jp2h": 8}
"""Boxes that hold boxes, and how long their own head is."""


def _boxes(content: bytes, position: int, end: int) -> Iterator[Piece]:
    while position + 8 <= end:
        length = int.from_bytes(content[position : position + 4]) or end - position
        kind = content[position + 4 : position + 8]
        body = tuple((at, 4) for at in range(position + 8, position + min(60, length - 3), 4))
        yield Piece(position, position + length, ((position, 4), *body))
        if kind in _INSIDE:
            yield from _boxes(content, position + _INSIDE[kind], position + length)
        position += length


def _tiff(content: bytes) -> Iterator[Piece]:
    """The tags of the first picture: type, count, and value or place of each."""
    order = "little" if content[:2] == b"II" else "big"
    number = {"little": "<", "big": ">"}[order]
    if content[2] == 43 or content[3] == 43:
        first, counted, room = struct.unpack_from(f"{number}Q", content, 8)[0], 8, 8
        count = struct.unpack_from(f"{number}Q", content, first)[0]
    else:
        first, counted, room = struct.unpack_from(f"{number}I", content, 4)[0], 2, 4
        count = struct.unpack_from(f"{number}H", content, first)[0]
    each = 4 + 2 * room
    for at in range(first + counted, first + counted + each * count, each):
        fields = ((at + 2, 2), (at + 4, room), (at + 4 + room, room))
        yield Piece(at, at + each, fields, order)
    yield Piece(first, first + counted, ((first, counted),), order)


def _gif(content: bytes) -> Iterator[Piece]:
    """The head with its palette, and each block with its sizes."""
    yield Piece(0, 13, ((6, 2), (8, 2)), "little")
    position = 13 + _palette(content[10])
    while content[position] != 0x3B:
        begin = position
        position += 2
        if content[begin] == 0x2C:
            position = begin + 11 + _palette(content[begin + 9])
            yield Piece(begin, position, ((begin + 5, 2), (begin + 7, 2)), "little")
        while content[position]:
            yield Piece(position, position + 1 + content[position], ((position, 1),))
            position += 1 + content[position]
        position += 1


def _palette(flags: int) -> int:
    return 3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0


def _bmp(content: bytes) -> Iterator[Piece]:
    fields = ((2, 4), (10, 4), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2), (30, 4), (46, 4))
    yield Piece(0, 54, fields, "little")


def _zip(content: bytes) -> Iterator[Piece]:
    """The entry, its line in the list, and the end of the list."""
    listed, end = content.index(b"PK\1\2"), content.index(b"PK\5\6")
    yield Piece(0, listed, ((8, 2), (18, 4), (22, 4), (26, 2), (28, 2)), "little")
    fields = ((listed + 10, 2), (listed + 20, 4), (listed + 24, 4), (listed + 42, 4))
    yield Piece(listed, end, fields, "little")
    yield Piece(end, len(content), ((end + 10, 2), (end + 12, 4), (end + 16, 4)), "little")


_CUTS: tuple[tuple[bytes, Callable[[bytes], Iterator[Piece]]], ...] = (
    (b"\xff\xd8\xff", _jpeg),
    (b"\x89PNG", _png),
    (b"RIFF", _riff),
    (b"II", _tiff),
    (b"MM", _tiff),
    (b"GIF", _gif),
    (b"BM", _bmp),
    (b"PK", _zip),
)
