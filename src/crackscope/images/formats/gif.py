"""GIF: the first picture alone, so that its codes have to give all of its pixels.

Pillow takes what is missing from the blocks behind, be they of another picture, and passes over
what stands between blocks, be it half of a palette.
"""

from crackscope.errors import ImageError

_EXTENSION, _PICTURE, _END = 0x21, 0x2C, b";"
_HEAD, _DESCRIPTOR = 13, 10


def first_picture(content: bytes) -> bytes:
    """A GIF of the first picture in `content`; all of it where it is cut off before that.

    Raises ImageError where other things than blocks, or zeros, stand before it.
    """
    try:
        position = _HEAD + _palette(content[_HEAD - 3])
        while content[position] in (_EXTENSION, 0):
            extension = content[position] == _EXTENSION
            position = _behind_blocks(content, position + 2) if extension else position + 1
        if content[position] != _PICTURE:
            raise ImageError("unreadable", "the blocks of the GIF before its picture are damaged")
        position += _DESCRIPTOR + _palette(content[position + _DESCRIPTOR - 1])
        return content[: _behind_blocks(content, position + 1)] + _END
    except IndexError:
        return content


def _palette(flags: int) -> int:
    """Bytes of the palette that stands behind these flags."""
    return 3 * 2 ** (flags % 8 + 1) if flags & 0x80 else 0


def _behind_blocks(content: bytes, position: int) -> int:
    """Blocks begin with their length; one of 0 is the last."""
    while content[position]:
        position += 1 + content[position]
    return position + 1
