"""Checks the scans of a progressive JPEG, each of which is decoded in full."""

import re
from collections.abc import Iterator

import numpy as np

from crackscope.errors import ImageError
from crackscope.images.formats.jpeg_segments import EOI, SOS, segments

MOST = 100
"""Maximum number of scans, as in libtiff; programs write up to a dozen."""
_START = bytes((0xFF, SOS))
_PROGRESSIVE = (0xC2, 0xCA)
_COEFFICIENTS, _NOT_SENT = 64, 16
"""Coefficients of a block, and the initial number of missing bits, above any valid one."""
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")
"""Marker of a segment with a length, or of the end; not stuffed bytes or restarts in a scan."""


def check(content: bytes) -> None:
    """Raise ImageError for a JPEG with so many scans that it was made to waste time."""
    if content.count(_START) <= MOST:  # fast path for most photos
        return
    if sum(1 for _ in _scans(content)) > MOST:
        raise ImageError(
            "unreadable",
            f"the JPEG has more than {MOST} scans, each of which takes as long as the whole image. "
            "No camera writes so many. Check the origin of the file, or save it again",
        )


def check_whole(content: bytes) -> None:
    """Raise ImageError if scans of a progressive JPEG are missing.

    If it is cut between two scans and given an end marker, it decodes without a warning, but the
    last bits of its coefficients are missing.
    """
    components = [number for number, *_ in _frame(content)]
    left = {number: np.full(_COEFFICIENTS, _NOT_SENT) for number in components}
    for place in _scans(content):
        length = int.from_bytes(content[place + 2 : place + 4])
        head = content[place + 5 : place + 2 + length]
        *pairs, first, last, bits = head
        for number in pairs[::2]:
            if number in left:
                left[number][first : last + 1] = bits & 15
    if any(bits.any() for bits in left.values()):
        raise ImageError(
            "truncated",
            "the file is truncated: the last scans of this progressive JPEG are missing. Copy it "
            "again from the camera",
        )


def _frame(content: bytes) -> Iterator[bytes]:
    """The entry of each component in the header of a progressive image."""
    for begin, end in segments(content):
        if content[begin + 1] in _PROGRESSIVE:
            entries = content[begin + 10 : end]
            yield from (entries[at : at + 3] for at in range(0, len(entries), 3))


def _scans(content: bytes) -> Iterator[int]:
    """The start of each scan, up to the end marker; anything may follow it."""
    position = 2
    while (found := _MARKER.search(content, position)) and found[0] != EOI:
        if found[0] == _START:
            yield found.start()
        position = found.end() + int.from_bytes(content[found.end() : found.end() + 2])
