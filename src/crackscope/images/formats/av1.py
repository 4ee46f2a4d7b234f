"""AV1: frame sizes of a stream (AV1 Bitstream Specification, 5.3 to 5.9)."""

from collections.abc import Iterator
from dataclasses import dataclass

_SEQUENCE, _FRAME_HEADER, _FRAME = 1, 3, 6
_LONGEST = 512
"""Bytes read of a unit, enough for any header."""
_SELECT = 2
"""Value of a choice that each frame makes itself."""
_SWITCH_FRAME, _KEY_FRAME = 3, 0


class _Bits:
    """Reads numbers bit by bit, highest bit first; raises IndexError after the end."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data), 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise IndexError("the data ends before its header does")
        return self._value >> self._left & (1 << count) - 1

    def flag(self) -> bool:
        return bool(self.take(1))

    def skip_unary(self) -> None:
        """Skip a number with as many bits as there are zeros before it."""
        zeros = 0
        while not self.flag():
            zeros += 1
        self.take(zeros if zeros < 32 else 0)


@dataclass(frozen=True)
class _Sequence:
    """The fields of a sequence header that affect frame sizes."""

    reduced: bool
    size: tuple[int, int]
    bits: tuple[int, int]
    time_bits: int
    id_bits: int
    screen_content: int
    whole_motion: int


def largest_frame(data: bytes) -> int | None:
    """Maximum pixels of a frame in the stream; None if unknown.

    If a frame header overrides the size of the sequence, the largest possible size counts. Raises
    IndexError if the headers are truncated.
    """
    most, sequence = None, None
    for kind, body in _units(data):
        if kind == _SEQUENCE:
            sequence = _sequence(_Bits(body))
            most = max(most or 0, sequence.size[0] * sequence.size[1])
        elif kind in (_FRAME, _FRAME_HEADER) and sequence and _own_size(_Bits(body), sequence):
            most = max(most or 0, 1 << sum(sequence.bits))
    return most


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of the units (OBU) in the stream."""
    place = 0
    while place < len(data):
        head = data[place]
        place += 2 if head & 4 else 1
        length = len(data) - place
        if head & 2:
            length, place = _leb128(data, place)
        yield head >> 3 & 15, data[place : place + min(length, _LONGEST)]
        place += length


def _leb128(data: bytes, place: int) -> tuple[int, int]:
    """A number of up to 8 bytes, and the position after it."""
    value = 0
    for count in range(8):
        value |= (data[place + count] & 127) << 7 * count
        if data[place + count] < 128:
            break
    return value, place + count + 1


def _sequence(bits: _Bits) -> _Sequence:
    bits.take(4)
    reduced, time_bits = bits.flag(), 0
    if reduced:
        bits.take(5)
    else:
        time_bits = _timing(bits)
    widths = (bits.take(4) + 1, bits.take(4) + 1)
    size = (bits.take(widths[0]) + 1, bits.take(widths[1]) + 1)
    choices = (0, 0, 0) if reduced else _choices(bits)
    return _Sequence(reduced, size, widths, time_bits, *choices)


def _timing(bits: _Bits) -> int:
    """Skip the operating points; returns the number of bits of a frame's presentation time."""
    time_bits = delay_bits = 0
    if bits.flag():
        bits.take(64)
        if equal := bits.flag():
            bits.skip_unary()
        if bits.flag():
            delay_bits = bits.take(5) + 1
            bits.take(37)
            time_bits = 0 if equal else bits.take(5) + 1
            if equal:
                bits.take(5)
    shown_late = bits.flag()
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delay_bits and bits.flag():
            bits.take(2 * delay_bits + 1)
        if shown_late and bits.flag():
            bits.take(4)
    return time_bits


def _choices(bits: _Bits) -> tuple[int, int, int]:
    """Bits of a frame id, and whether frames select screen content tools and integer motion."""
    id_bits = bits.take(4) + bits.take(3) + 3 if bits.flag() else 0
    bits.take(7)
    if ordered := bits.flag():
        bits.take(2)
    screen_content = _SELECT if bits.flag() else bits.take(1)
    whole_motion = _SELECT
    if screen_content and not bits.flag():
        whole_motion = bits.take(1)
    if ordered:
        bits.take(3)
    return id_bits, screen_content, whole_motion


def _own_size(bits: _Bits, sequence: _Sequence) -> bool:
    """Whether a frame overrides the size of its sequence."""
    if sequence.reduced or bits.flag():  # the flag: it shows an existing frame
        return False
    kind, shown = bits.take(2), bits.flag()
    if kind == _SWITCH_FRAME:
        return True
    bits.take(sequence.time_bits if shown else 1)
    if not (kind == _KEY_FRAME and shown):
        bits.take(1)
    bits.take(1)
    screen = bits.flag() if sequence.screen_content == _SELECT else bool(sequence.screen_content)
    if screen and sequence.whole_motion == _SELECT:
        bits.take(1)
    bits.take(sequence.id_bits)
    return bits.flag()
