"""Points and lines as well-known binary (OGC 06-103r4), little-endian: geometry for GIS files."""

import struct
from collections.abc import Iterable, Sequence

_POINT, _LINE, _LINES = 1, 2, 5
_LITTLE_ENDIAN = 1
Place = Sequence[float]


def point(place: Place) -> bytes:
    """A Point (x, y)."""
    return _head(_POINT) + struct.pack("<2d", *place)


def lines(parts: Sequence[Iterable[Place]]) -> bytes:
    """A MultiLineString."""
    return _head(_LINES) + struct.pack("<I", len(parts)) + b"".join(map(_line, parts))


def _line(places: Iterable[Place]) -> bytes:
    values = [value for place in places for value in place]
    return _head(_LINE) + struct.pack(f"<I{len(values)}d", len(values) // 2, *values)


def _head(kind: int) -> bytes:
    return struct.pack("<BI", _LITTLE_ENDIAN, kind)
