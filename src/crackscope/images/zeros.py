"""Zeros where the data of a picture ends: what an interrupted copy leaves of the rest.

Packed data does not end so. Raw rows may: black, or without data, as the margin of an orthomosaic.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import inf

from crackscope.errors import ImageError

Read = Callable[[int, int], bytes]
"""The bytes of a file from one place to another; fewer where it ends sooner."""

LONG = 32
"""Bytes: packed data of photos was seen to end with 3 zeros at most."""
_AT_ONCE = 2**20
_EDGE = 16
"""Bytes at the end of a row: more zeros there are a margin."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Raw rows one after the other, `row_bytes` each, of which `used` show the picture."""

    begin: int
    count: int
    row_bytes: int
    used: int

    @property
    def end(self) -> int:
        """Where the next piece may begin."""
        return self.begin + self.count * self.row_bytes


def before(read: Read, end: int, begin: int) -> int:
    """How many zeros lie before `end`, and not before `begin`."""
    place = end
    while place > begin:
        start = max(begin, place - _AT_ONCE)
        left = len(read(start, place).rstrip(b"\0"))
        if left:
            return end - start - left
        place = start
    return end - begin


def check_packed(read: Read, begin: int, end: int) -> None:
    """Raise ImageError where packed data ends with many zeros."""
    found = before(read, end, begin)
    if found >= LONG:
        raise interrupted(found)


def black_rows(read: Read, pieces: Sequence[Rows]) -> int:
    """How many rows at the end of raw data, in the order of the file, hold nothing but zeros.

    Raises ImageError where these begin within a row, while the row above goes on to the edge: a
    copy was interrupted there. A margin without data ends both.
    """
    in_order = sorted(pieces, key=lambda piece: piece.begin)
    empty = list(takewhile(lambda piece: _zeros(read, piece) >= _length(piece), in_order[::-1]))
    rows = sum(piece.count for piece in empty)
    if len(empty) == len(in_order):
        return rows
    *others, last = in_order[: len(in_order) - len(empty)]
    zeros = _zeros(read, last)
    full, column = divmod(_length(last) - zeros, last.row_bytes)
    rows += last.count - full - (column > 0)
    missing = last.used - column if column else 0
    if rows and missing > _margin(read, others, last, full):
        raise interrupted(in_order[-1].end - last.end + zeros)
    return rows


def _length(piece: Rows) -> int:
    return piece.end - piece.begin


def _zeros(read: Read, piece: Rows) -> int:
    return before(read, piece.end, piece.begin)


def _margin(read: Read, others: Sequence[Rows], last: Rows, row: int) -> float:
    """How many zeros end the row above `row` of the last piece, infinite where they are many.

    The first row of all has none above, and no margin.
    """
    if not row and not others:
        return 0.0
    above, line = (last, row - 1) if row else (others[-1], others[-1].count - 1)
    edge = above.begin + line * above.row_bytes + above.used
    zeros = before(read, edge, max(edge - above.used, edge - _EDGE))
    return inf if zeros == min(_EDGE, above.used) else float(zeros)


def interrupted(count: int) -> ImageError:
    """For `count` zeros in place of the rest of a picture."""
    return ImageError(
        "truncated",
        f"the last {count} bytes of the picture are zeros, as an interrupted copy leaves them. "
        "Copy it again from the camera",
    )


def remark(rows: int) -> str:
    """What is said of a picture whose last rows may be missing; "" where there are none."""
    if not rows:
        return ""
    return (
        f"{rows} whole rows at the end of its data are black or without data: taken as they are. "
        "Copy the photo again if it should go on there"
    )
