"""The boxes of ISO media files such as HEIF: codecs of the images, and positions of their data."""

from collections.abc import Iterator
from contextlib import suppress

_TEXT = (b"Exif", b"mime", b"uri ")
"""Types of items that are not image data."""
_MOST_BRANDS = 1024
"""Maximum bytes of the list of brands."""
_FILMS = (b"avis",)
_IN_FILE, _IN_IDAT = 0, 1
"""Origin of an item's position: the beginning of the file, or of the box `idat`."""

Extent = tuple[int, int]
"""First and end position in the file, in bytes."""


class _Cursor:
    """Reads big-endian numbers; raises IndexError after the end."""

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
    """(kind, begin, end) of the content of each box in the range; the end may exceed the file.

    A length of 0 means up to the end, 1 means a 64-bit length. Raises IndexError if the header of a
    box is truncated.
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
    """The brands of an ISO file; empty if it is not one."""
    if content[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(content[:4]), _MOST_BRANDS)
    return {content[8:12], *(content[place : place + 4] for place in range(16, end, 4))}


def branded(content: bytes, brand: bytes) -> bytes:
    """The file with `brand` as its major brand, for decoders that only check that one: mif1 means
    any codec, and an image sequence is decoded by its track instead of its items."""
    if brand in brands(content) and content[8:12] not in _FILMS:
        return content
    return content[:8] + brand + content[12:]


def codecs(content: bytes) -> set[bytes]:
    """The codecs of the images in the file, such as av01 or hvc1; empty if unknown."""
    with suppress(IndexError, KeyError):
        types = _types(content, _in_meta(content)[b"iinf"]).values()
        return {kind for kind in types if kind.isalnum() and kind not in _TEXT}
    return set()


def items_of(content: bytes, kind: bytes) -> list[bytes]:
    """The bytes of each item of a type such as av01; [] if unknown."""
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
    """Positions of the data of all images in the file; [] if unknown."""
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
    """(item, extent) of all items with positions relative to the file, not to the box `idat`."""
    for item, way, extent in _all_places(content, iloc):
        if way == _IN_FILE:
            yield item, extent


def _all_places(content: bytes, iloc: Extent) -> Iterator[tuple[int, int, Extent]]:
    """(item, origin of its position, extent) of all items."""
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
