"""What happens to files: each takes a whole one and gives it damaged, by a seeded choice."""

import random
import re
from collections.abc import Callable
from typing import Any

from fuzz.pieces import Piece, pieces_of

Damage = Callable[[bytes, random.Random], bytes]

_SECTORS = (512, 4096)
_HEADS = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"II*\0\x08\0\0\0\x0c\0\0\1\3\0\1\0",
    b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10",
    b"RIFF\xff\xff\0\0WEBPVP8L",
    b"\0\0\0\x20ftypavif\0\0\0\0",
    b"\0\0\0\x18ftypheic\0\0\0\0",
    b"GIF89a\xff\xff\xff\xff\xf7\0\0!\xf9\4",
    b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0",
    b"P6\n60000 60000\n2",
    b"PK\3\4\x14\0\0\0\x08\0\0\0\0\0\0\0",
)
_LONGEST = 2**20


def cut_off(content: bytes, chance: random.Random) -> bytes:
    """A download that was broken off."""
    return content[: chance.randrange(1, len(content))]


def lost_middle(content: bytes, chance: random.Random) -> bytes:
    """Cut off, but the last bytes are there: what ends the file says that it is whole."""
    begin = chance.randrange(len(content) // 8, len(content) - 16)
    return content[:begin] + content[-chance.choice((2, 8, 16)) :]


def zero_tail(content: bytes, chance: random.Random) -> bytes:
    """An interrupted copy to a file that had its length already."""
    begin = chance.randrange(len(content))
    return content[:begin] + bytes(len(content) - begin)


def hole(content: bytes, chance: random.Random) -> bytes:
    """Sectors that were never written: zeros, ones, or what was there before."""
    begin, end = _span(content, chance)
    size = end - begin
    filling = chance.choice((bytes(size), b"\xff" * size, chance.randbytes(size)))
    return content[:begin] + filling + content[end:]


def lost_block(content: bytes, chance: random.Random) -> bytes:
    """Bytes that are missing, so that the rest moves up."""
    begin, end = _span(content, chance)
    return content[:begin] + content[end:]


def misplaced_block(content: bytes, chance: random.Random) -> bytes:
    """A block that holds what belongs elsewhere in the file."""
    begin, end = _span(content, chance)
    other = chance.randrange(len(content) - (end - begin) + 1)
    return content[:begin] + content[other : other + end - begin] + content[end:]


def flipped_bits(content: bytes, chance: random.Random) -> bytes:
    """Memory or a medium that rots."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 4, 64))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def scrambled_head(content: bytes, chance: random.Random) -> bytes:
    """Nonsense where the size and the way of packing stand."""
    changed = bytearray(content)
    for place in chance.sample(range(min(200, len(changed))), chance.choice((1, 3, 6))):
        changed[place] = chance.randrange(256)
    return bytes(changed)


def foreign_head(content: bytes, chance: random.Random) -> bytes:
    """A file that begins as one of another format."""
    head = chance.choice([head for head in _HEADS if head[:4] != content[:4]])
    return head + content[len(head) :]


def wrong_numbers(content: bytes, chance: random.Random) -> bytes:
    """Lengths, counts and places that are not true: near ones, zeros, and the largest there are."""
    pieces = [piece for piece in pieces_of(content) if piece.fields]
    if not pieces:
        return _wrong_digits(content, chance)
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2))):
        piece = chance.choice(pieces)
        at, size = chance.choice(piece.fields)
        _write(changed, at, size, piece, chance)
    return bytes(changed)


def _write(changed: bytearray, at: int, size: int, piece: Piece, chance: random.Random) -> None:
    most = 256**size - 1
    order: Any = piece.order
    now = int.from_bytes(changed[at : at + size], order)
    near = (now - 1, now + 1, now * 2, now // 2, now + 32)
    value = chance.choice((0, 1, 2, most, most // 2, 40000, chance.randrange(most), *near))
    changed[at : at + size] = (value % (most + 1)).to_bytes(size, order)


def _wrong_digits(content: bytes, chance: random.Random) -> bytes:
    """For a head that is text."""
    number = chance.choice(list(re.finditer(rb"\d+", content[:16])))
    value = chance.choice((b"0", b"1", b"65535", b"99999", b"4294967296", b"9" * 30, b"-1"))
    return content[: number.start()] + value + content[number.end() :]


def swapped_pieces(content: bytes, chance: random.Random) -> bytes:
    """Two chunks, segments or tags in each other's place."""
    pieces = pieces_of(content)
    first, second = sorted(chance.sample(pieces, 2), key=lambda piece: piece.start)
    if first.end > second.start:  # one holds the other
        return content[: first.start] + content[second.start : second.end] + content[first.end :]
    return b"".join(
        (
            content[: first.start],
            content[second.start : second.end],
            content[first.end : second.start],
            content[first.start : first.end],
            content[second.end :],
        )
    )


def repeated_piece(content: bytes, chance: random.Random) -> bytes:
    """A chunk, segment or tag that stands there again and again."""
    piece = chance.choice(pieces_of(content))
    part = content[piece.start : piece.end]
    times = min(chance.choice((1, 2, 50, 1000)), _LONGEST // max(1, len(part)))
    return content[: piece.end] + part * max(1, times) + content[piece.end :]


def lost_piece(content: bytes, chance: random.Random) -> bytes:
    """A chunk, segment or tag that is missing."""
    piece = chance.choice(pieces_of(content))
    return content[: piece.start] + content[piece.end :]


def _span(content: bytes, chance: random.Random) -> tuple[int, int]:
    """A few bytes anywhere, or whole sectors."""
    size = min(chance.choice((1, 16, 100, *_SECTORS)), len(content) // 2)
    begin = chance.randrange(len(content) - size)
    if size in _SECTORS:
        begin -= begin % size
    return begin, begin + size


DAMAGES: dict[str, Damage] = {
    "cut off": cut_off,
    "lost middle": lost_middle,
    "zero tail": zero_tail,
    "hole": hole,
    "lost block": lost_block,
    "misplaced block": misplaced_block,
    "flipped bits": flipped_bits,
    "scrambled head": scrambled_head,
    "foreign head": foreign_head,
    "wrong numbers": wrong_numbers,
    "swapped pieces": swapped_pieces,
    "repeated piece": repeated_piece,
    "lost piece": lost_piece,
}
