"""GIF: extracts the first image, so that its own data must provide all of its pixels.

Pillow would take missing pixels from the following blocks, even of another image, and skips bytes
between blocks, even half a palette.
"""

from crackscope.errors import ImageError

_EXTENSION, _PICTURE, _END = 0x21, 0x2C, b";"
_HEAD, _DESCRIPTOR = 13, 10


def first_picture(content: bytes) -> bytes:
    """A GIF with the first image of `content`; the whole content if it is truncated before that.

    Raises ImageError if there is anything but blocks or zeros before the image.
    """
    try:
        position = _HEAD + _palette(content[_HEAD - 3])
        while content[position] in (_EXTENSION, 0):
            extension = content[position] == _EXTENSION
            position = _behind_blocks(content, position + 2) if extension else position + 1
        if content[position] != _PICTURE:
            raise ImageError("unreadable", "the GIF is damaged before its first image")
        position += _DESCRIPTOR + _palette(content[position + _DESCRIPTOR - 1])
        return content[: _behind_blocks(content, position + 1)] + _END
    except IndexError:
        return content


def _palette(flags: int) -> int:
    """Bytes of the palette after these flags."""
    return 3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0


def _behind_blocks(content: bytes, position: int) -> int:
    """Position after a series of blocks; each begins with its length, 0 is the last."""
    while content[position]:
        position += 1 + content[position]
    return position + 1
