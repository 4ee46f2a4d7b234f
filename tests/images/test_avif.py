"""AVIF frames must match the size in the header; libavif decodes and scales any size."""

import struct
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from crackscope.images.formats import av1, boxes
from crackscope.images.read import decode
from support_pictures import encode, noise
from support_reading import refusal

PLAIN = encode(noise(200, 160), "AVIF", speed=10)


def claiming(content: bytes, width: int, height: int) -> bytes:
    """A file whose header names another size than its frames have."""
    place = content.index(b"ispe") + 8
    return content[:place] + struct.pack(">II", width, height) + content[place + 8 :]


def in_its_head(content: bytes) -> bytes:
    """The same with the picture's data in the box `idat`, which lies beside the tags."""
    outer = {kind: content[begin:end] for kind, begin, end in boxes.boxes(content, 0, len(content))}
    parts = dict(_parts(outer[b"meta"][4:]))
    (data,) = boxes.items_of(content, b"av01")
    parts[b"iloc"] = struct.pack(">I2B5H2I", 1 << 24, 0x44, 0, 1, 1, 1, 0, 1, 0, len(data))
    parts[b"idat"] = data
    meta = bytes(4) + b"".join(_box(kind, body) for kind, body in parts.items())
    return _box(b"ftyp", outer[b"ftyp"]) + _box(b"meta", meta)


def _parts(meta: bytes) -> Iterator[tuple[bytes, bytes]]:
    for kind, begin, end in boxes.boxes(meta, 0, len(meta)):
        yield kind, meta[begin:end]


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


@pytest.mark.parametrize("change", [bytes, in_its_head], ids=["in mdat", "in idat"])
def test_frames_far_larger_than_their_picture_are_refused(
    change: type[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert decode(change(PLAIN), "photo").width == 200
    monkeypatch.setattr("PIL.Image.Image.load", lambda *_: pytest.fail("it was decoded"))
    error = refusal(change(claiming(PLAIN, 64, 64)))
    assert error.kind == "unreadable"
    assert "32000 pixels, but the image has 4096" in str(error)


def test_frames_that_tell_no_size_are_refused() -> None:
    (data,) = boxes.items_of(PLAIN, b"av01")
    silent = PLAIN.replace(data, b"\x12\0" + bytes(len(data) - 2))
    assert "size of its frames is missing" in str(refusal(silent))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_alpha_and_films_are_read_by_their_first_picture(mode: str) -> None:
    image = Image.fromarray(noise(64, 64)).convert(mode)
    other = Image.new(mode, image.size)
    alone = decode(encode(image, "AVIF", quality=90), "photo").pixels.astype(int)
    film = encode(image, "AVIF", quality=90, save_all=True, append_images=[other])
    assert film[8:12] == b"avis"
    assert np.abs(decode(film, "photo").pixels - alone).mean() < 3
    (frames, *_) = boxes.items_of(film, b"av01")
    assert av1.largest_frame(frames) == 64 * 64, "its header is the long one"


def test_a_film_need_not_say_that_it_is_a_picture_too() -> None:
    image = Image.fromarray(noise(64, 64))
    film = encode(image, "AVIF", save_all=True, append_images=[image])
    head = int.from_bytes(film[:4])
    others = b"MA1B" * ((head - 16) // 4)
    assert decode(film[:16] + others + film[head:], "photo").width == 64


def test_a_film_is_not_read_past_the_items_that_were_looked_at() -> None:
    """Its track would be decoded instead, whose frames may have any size."""
    image = Image.fromarray(noise(64, 64))
    film = encode(image, "AVIF", save_all=True, append_images=[image])
    track = film.index(b"stbl")
    assert decode(film[:track] + b"free" + film[track + 4 :], "photo").width == 64


TIMES = {"none": "", "each": "0", "equal": "1" + "001" + "01"}
"""How the time of a frame is told: not, by each, or for all (a number of 2 bits, after 2 zeros)."""


def stream(*, bits: int, times: str = "none", own: bool = False) -> bytes:
    """A sequence of 64 x 48, whose sizes have so many bits, and the head of its first frame."""
    timed = times != "none"
    model = f"1{9:05b}{1:032b}{3:05b}{4:05b}"
    timing = f"1{1:032b}{25:032b}{TIMES[times]}{model}" if timed else "0"
    point = f"{0:012b}{8:05b}0" + (f"1{'10' * 10}0" if timed else "")
    size = f"{bits - 1:04b}" * 2 + f"{63:0{bits}b}{47:0{bits}b}"
    sequence = f"00000{timing}0{0:05b}{point}{size}0000{'0' * 4}1{'00'}1{'1'}{6:03b}"
    frame = "0001" + ("10101" if times == "each" else "") + f"00{int(own)}"
    return _unit(1, sequence) + _unit(6, frame + "1" * 40)


def _unit(kind: int, bits: str) -> bytes:
    body = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))
    return bytes([kind << 3 | 2, len(body)]) + body


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("bits", [6, 16])
def test_a_frame_of_a_size_of_its_own_counts_as_the_largest_there_may_be(
    bits: int, times: str
) -> None:
    """Room for large ones does no harm by itself: some encoders always leave 16 bits."""
    assert av1.largest_frame(stream(bits=bits, times=times, own=False)) == 64 * 48
    assert av1.largest_frame(stream(bits=bits, times=times, own=True)) == 4**bits


def test_units_of_a_layer_and_without_a_length_are_read() -> None:
    sequence = stream(bits=6)[: 2 + stream(bits=6)[1]]
    layered = bytes([sequence[0] | 4, 0]) + sequence[1:]
    assert av1.largest_frame(b"\x12\0" + layered) == 64 * 48
    assert av1.largest_frame(bytes([sequence[0] & ~2]) + sequence[2:]) == 64 * 48


def test_of_several_sequences_the_largest_counts() -> None:
    (data,) = boxes.items_of(PLAIN, b"av01")
    for both in (
        stream(bits=6) + data,
        data + stream(bits=6),
    ):
        assert av1.largest_frame(both) == 160 * 200
    assert av1.largest_frame(b"") is None
    for cut in (b"\x0a\x0b\x1f", b"\x0a"):
        with pytest.raises(IndexError):
            av1.largest_frame(cut)
