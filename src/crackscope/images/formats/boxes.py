"""The boxes of an ISO file, as HEIF is: what codes its pictures, and where their bytes lie."""

from collections.abc import Iterator
from contextlib import suppress

_TEXT = (b"Exif", b"mime", b"uri ")
"""Types of items that are no part of a picture."""
_MOST_BRANDS = 1024
"""Bytes."""
_FILMS = (b"avis",)
_IN_FILE, _IN_IDAT = 0, 1
"""What the place of an item is counted from: the file's beginning, or that of the box `idat`."""

Extent = tuple[int, int]
"""Where something begins and ends in the file."""


class _Cursor:
    """Big-endian numbers, one after the other; raises IndexError behind the end."""

    def __init__(self, content: bytes, at: int) -> None:
        self.content, self.at = content, at

    def take(self, size: int) -> int:
        return int.from_bytes(self.raw(size))

    def raw(self, size: int) -> bytes:
        self.at += size
        if self.at > len(self.content):
            raise IndexError(f"the file ends before byte {self.at}")
        return self.content[self.at - size : self.at]


def boxes(content: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, begin, end) of what each box between the two holds; its end may lie behind the file's.

    A length of 0 reaches to the end, 1 stands for a longer length. Raises IndexError where the
    head of a box is cut off.
    """
    while begin < end:
        head = _Cursor(content, begin)
        length, kind = head.take(4), head.raw(4)
        if length == 1:
            length = head.take(8)
        stop = begin + length if begin + length >= head.at else end
        yield kind, head.at, stop
        begin = stop


def brands(content: bytes) -> set[bytes]:
    """What a file says that it is; empty where it is no ISO file."""
    if content[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(content[:4]), _MOST_BRANDS)
    return {content[8:12], *(content[place : place + 4] for place in range(16, end, 4))}


def branded(content: bytes, brand: bytes) -> bytes:
    """The file as one of `brand`, for decoders that go by what it says first: mif1 stands for any
    codec, and a film is decoded by its track, not by its items."""
    if brand in brands(content) and content[8:12] not in _FILMS:
        return content
    return content[:8] + brand + content[12:]


def codecs(content: bytes) -> set[bytes]:
    """What codes the pictures in the file, such as av01 or hvc1; empty where that is not told."""
    with suppress(IndexError, KeyError):
        types = _types(content, _in_meta(content)[b"iinf"]).values()
        return {kind for kind in types if kind.isalnum() and kind not in _TEXT}
    return set()


def items_of(content: bytes, kind: bytes) -> list[bytes]:
    """The bytes of each item of a type, such as av01; [] where these are not told."""
    with suppress(IndexError, KeyError):
        meta = _in_meta(content)
        types = _types(content, meta[b"iinf"])
        inside, _ = meta.get(b"idat", (len(content), 0))
        found: dict[int, bytes] = {item: b"" for item, of in types.items() if of == kind}
        for item, way, (begin, end) in _all_places(content, meta[b"iloc"]):
            if item in found:
                shift = inside if way == _IN_IDAT else 0
                found[item] += content[begin + shift : end + shift]
        return list(found.values())
    return []


def picture_extents(content: bytes) -> list[Extent]:
    """Where the bytes of all pictures in the file lie; [] where that is not told."""
    with suppress(IndexError, KeyError):
        meta = _in_meta(content)
        types = _types(content, meta[b"iinf"])
        places = _places(content, meta[b"iloc"])
        return [place for item, place in places if types.get(item, _TEXT[0]) not in _TEXT]
    return []


def _in_meta(content: bytes) -> dict[bytes, Extent]:
    outer = {kind: (begin, end) for kind, begin, end in boxes(content, 0, len(content))}
    meta = outer[b"meta"]
    return {kind: (b, e) for kind, b, e in boxes(content, meta[0] + 4, meta[1])}


def _types(content: bytes, iinf: Extent) -> dict[int, bytes]:
    """The type of each item, by its number."""
    head = _Cursor(content, iinf[0])
    head.take(2 if head.take(4) >> 24 == 0 else 4)
    types = {}
    for _, begin, _ in boxes(content, head.at, iinf[1]):
        entry = _Cursor(content, begin)
        version = entry.take(4) >> 24
        number, _ = entry.take(4 if version == 3 else 2), entry.take(2)
        types[number] = entry.raw(4)
    return types


def _places(content: bytes, iloc: Extent) -> Iterator[tuple[int, Extent]]:
    """(item, extent) of all that lies in the file itself, outside of the box `meta`."""
    for item, way, extent in _all_places(content, iloc):
        if way == _IN_FILE:
            yield item, extent


def _all_places(content: bytes, iloc: Extent) -> Iterator[tuple[int, int, Extent]]:
    """(item, what its extent is counted from, extent) of all that is listed."""
    box = _Cursor(content, iloc[0])
    version, sizes = box.take(4) >> 24, box.take(2)
    of_offset, of_length, of_base, of_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(box.take(4 if version == 2 else 2)):
        item = box.take(4 if version == 2 else 2)
        way = box.take(2) & 15 if version else _IN_FILE
        _, base = box.take(2), box.take(of_base)
        count = box.take(2)
        for _ in range(count if of_offset or of_length else min(count, 1)):
            if version:
                box.take(of_index)
            begin = base + box.take(of_offset)
            length = box.take(of_length)
            yield item, way, (begin, begin + length if length else len(content))
