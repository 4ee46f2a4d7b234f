"""The scans of a JPEG: a progressive one is stored in several, each of which is decoded in full."""

import re
from collections.abc import Iterator

from crackscope.errors import ImageError

MOST = 100
"""libtiff's limit; programs write up to a dozen."""
_START, _END = b"\xff\xda", b"\xff\xd9"
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


def _scans(content: bytes) -> Iterator[int]:
    """Where each begins, up to the end of the picture: what follows may hold anything."""
    position = 2
    while (found := _MARKER.search(content, position)) and found[0] != _END:
        if found[0] == _START:
            yield found.start()
        position = found.end() + int.from_bytes(content[found.end() : found.end() + 2])
