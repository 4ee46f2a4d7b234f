"""The segments of a JPEG, from its beginning to the head of its first scan."""

from collections.abc import Iterator

SOS, EOI = 0xDA, b"\xff\xd9"
"""The marker of a scan, and what ends the picture."""


def segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Where each segment begins and ends, up to the head of the first scan, which is one of them.

    Stray bytes between them are passed over, as libjpeg does. Raises ValueError where the file ends
    before that scan.
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
