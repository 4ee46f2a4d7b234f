"""The segments of a JPEG, from its beginning to the header of its first scan."""

from collections.abc import Iterator

SOS, EOI = 0xDA, b"\xff\xd9"
"""Start-of-scan marker, and end-of-image marker."""


def segments(content: bytes) -> Iterator[tuple[int, int]]:
    """(begin, end) of each segment, up to and including the header of the first scan.

    Stray bytes between segments are skipped, as by libjpeg. Raises ValueError if the file ends
    before the first scan.
    """
    position = 2
    while True:
        if position + 4 > len(content):
            raise ValueError("Premature end of JPEG file")
        marker = content[position + 1]
        if content[position] != 0xFF or marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            position += 1
            continue
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4])
        yield position, end
        if marker == SOS:
            return
        position = end
