"""The scans of a JPEG: a progressive one is stored in several, each of which is decoded in full."""

import re
from collections.abc import Iterator

import numpy as np

from crackscope.errors import ImageError
from crackscope.images.formats.jpeg_segments import EOI, SOS, segments

MOST = 100
"""libtiff's limit; programs write up to a dozen."""
_START = bytes((0xFF, SOS))
_PROGRESSIVE = (0xC2, 0xCA)
_COEFFICIENTS, _NOT_SENT = 64, 16
"""Of a block; more bits than a scan may leave to those after it."""
_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")
"""Of a segment with a length, or the end; not of stuffed bytes and restarts inside of a scan."""


def check(content: bytes) -> None:
    """Raise ImageError for a JPEG of so many scans that it was made to waste time."""
    if content.count(_START) <= MOST:  # most often that is all there is to do
        return
    if sum(1 for _ in _scans(content)) > MOST:
        raise ImageError(
            "unreadable",
            f"it is stored in more than {MOST} scans, each of which takes as long as the picture; "
            "no camera writes so many. See where it comes from, or save it again",
        )


def check_whole(content: bytes) -> None:
    """Raise ImageError where scans of a progressive JPEG are missing.

    Cut between two scans and given an end marker, it decodes without a warning, into a picture
    whose coefficients lack their last bits.
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
            "the last scans of this progressive JPEG are missing: it was cut off, and only looks "
            "whole. Copy it again",
        )


def _frame(content: bytes) -> Iterator[bytes]:
    """The entry of each component in the head of a progressive picture."""
    for begin, end in segments(content):
        if content[begin + 1] in _PROGRESSIVE:
            entries = content[begin + 10 : end]
            yield from (entries[at : at + 3] for at in range(0, len(entries), 3))


def _scans(content: bytes) -> Iterator[int]:
    """Where each begins, up to the end of the picture: what follows may hold anything."""
    position = 2
    while (found := _MARKER.search(content, position)) and found[0] != EOI:
        if found[0] == _START:
            yield found.start()
        position = found.end() + int.from_bytes(content[found.end() : found.end() + 2])
