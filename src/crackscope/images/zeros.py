"""Detects zeros at the end of image data, as an interrupted copy leaves them.

Compressed data does not end with many zeros. Uncompressed rows may: if they are black or, as in the
margin of an orthomosaic, without data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import inf

from crackscope.errors import ImageError

Read = Callable[[int, int], bytes]
"""The bytes of a file from one position to another; fewer if it ends before."""

LONG = 32
"""Zero bytes that indicate an interrupted copy; compressed photos ended with at most 3."""
_AT_ONCE = 2**20
_EDGE = 16
"""Zero bytes at the end of a row from which it counts as a margin."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Consecutive uncompressed rows of `row_bytes` each, of which `used` belong to the image."""

    begin: int
    count: int
    row_bytes: int
    used: int

    @property
    def end(self) -> int:
        """Position after the last row."""
        return self.begin + self.count * self.row_bytes


def before(read: Read, end: int, begin: int) -> int:
    """Number of consecutive zero bytes before `end`, at most back to `begin`."""
    place = end
    while place > begin:
        start = max(begin, place - _AT_ONCE)
        left = len(read(start, place).rstrip(b"\0"))
        if left:
            return end - start - left
        place = start
    return end - begin


def check_packed(read: Read, begin: int, end: int) -> None:
    """Raise ImageError if compressed data ends with many zeros."""
    found = before(read, end, begin)
    if found >= LONG:
        raise interrupted(found)


def black_rows(read: Read, pieces: Sequence[Rows]) -> int:
    """Number of rows of zeros at the end of uncompressed data, in file order.

    Raises ImageError if the zeros begin within a row and the row above has data up to the edge: a
    copy was interrupted there. A margin without data would end both rows.
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
    """Number of zeros at the end of the row above `row` of the last piece; inf if there are many.

    0 for the very first row.
    """
    if not row and not others:
        return 0.0
    above, line = (last, row - 1) if row else (others[-1], others[-1].count - 1)
    edge = above.begin + line * above.row_bytes + above.used
    zeros = before(read, edge, max(edge - above.used, edge - _EDGE))
    return inf if zeros == min(_EDGE, above.used) else float(zeros)


def interrupted(count: int) -> ImageError:
    """The error for image data that ends with `count` zeros."""
    return ImageError(
        "truncated",
        f"the last {count} bytes of the image data are zeros, as after an interrupted copy. "
        "Copy the file again from the camera",
    )


def remark(rows: int) -> str:
    """The remark on an image whose last rows may be missing; "" if there are none."""
    if not rows:
        return ""
    return (
        f"{rows} whole rows at the end are black or without data, and were used as they are. "
        "If the photo should have content there, copy it again"
    )
