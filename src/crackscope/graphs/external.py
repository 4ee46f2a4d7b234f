"""Which other files an ONNX graph takes its weights from.

A graph may say that the numbers of a tensor lie in another file, and runtimes open what it names:
a file that no checksum covers, or any other on the disk. So the names are read first, without the
onnx package, which a plain install lacks: a walk over those fields of the protobuf messages that
lead to a tensor (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

from collections.abc import Iterator

_ENTRY, _NAME, _LOCATION = "entry", 1, b"location"
_INTO: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: _ENTRY},
}
"""Numbers of the fields that are looked into, by message, and what is in them."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def files(graph: bytes) -> set[str]:
    """The names of the files that a graph points to; raises ValueError where it is no ONNX."""
    found: set[str] = set()
    waiting = [("model", memoryview(graph))]
    while waiting:
        kind, content = waiting.pop()
        if kind == _ENTRY:
            found |= _location(content)
            continue
        inside = _INTO[kind]
        waiting += [(inside[at], part) for at, part in _fields(content) if at in inside]
    return found


def _location(entry: memoryview) -> set[str]:
    """What an entry of a tensor's `external_data`, a key and its value, says of a file."""
    values = dict(_fields(entry))
    if bytes(values.get(_NAME, b"")) != _LOCATION:
        return set()
    return {bytes(values.get(2, b"")).decode("utf-8", "backslashreplace")}


def _fields(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and content of each field of a message that has a length."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        wire = key & 7
        if wire == _BYTES:
            length, at = _varint(content, at)
            yield key >> 3, content[at : at + length]
            at += length
        elif wire == _VARINT:
            _, at = _varint(content, at)
        elif wire in (_FIXED64, _FIXED32):
            at += 8 if wire == _FIXED64 else 4
        else:
            raise ValueError("it is no ONNX graph")
    if at != len(content):
        raise ValueError("the ONNX graph is cut off")


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            raise ValueError("the ONNX graph is cut off")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("it is no ONNX graph")
