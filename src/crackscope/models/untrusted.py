"""Files of an untrusted model, checked before anything is unpacked or opened.

A zip entry of 3 kB may unpack to gigabytes, and an array's header may declare more data than
follows. An ONNX graph may store a tensor in another file, and runtimes open any file that it names,
even one without a checksum: the names are read first, without the onnx package, which a plain
install lacks, by walking the protobuf fields that lead to a tensor
(https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

import io
import lzma
import math
import zipfile
import zlib
from collections.abc import Iterator
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 2**28
"""Bytes that the arrays of one file may take: 2.4 million training patches."""
_SUFFIX = ".npy"
HEADER_DAMAGED = (SyntaxError, TokenError)
"""What numpy's header parser raises besides ValueError."""
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(NotImplementedError, RuntimeError, EOFError, OSError),
    *HEADER_DAMAGED,
)
"""What zipfile, its decompressors and numpy raise for damaged files besides ValueError."""
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
"""Field numbers to descend into, by message, and the message that each contains."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file by name, no pickles; raises ValueError unless all are finite."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive)
            return {
                entry.filename.removesuffix(_SUFFIX): _array(entry.filename, archive.read(entry))
                for entry in archive.infolist()
            }
    except DAMAGED as error:
        raise ValueError(f"not a valid .npz file: {error}") from error


def external_files(graph: bytes) -> set[str]:
    """The names of the files that a graph refers to; raises ValueError if it is not ONNX."""
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


def _check_size(archive: zipfile.ZipFile) -> None:
    total = sum(entry.file_size for entry in archive.infolist())
    if total > LARGEST:
        raise ValueError(
            f"arrays must be at most {LARGEST / 1e6:.0f} MB. Received: {total / 1e6:.0f} MB"
        )


def _array(name: str, content: bytes) -> NDArray[Any]:
    file = io.BytesIO(content)
    shape, dtype = _header(file)
    if dtype.kind not in "biuf":
        raise ValueError(f"{name} must contain numbers. Received: {dtype}")
    if math.prod(shape) * dtype.itemsize != len(content) - file.tell():
        raise ValueError(f"the size of {name} does not match the shape {shape} in its header")
    file.seek(0)
    values: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must contain finite numbers. Received: NaN or infinity")
    return values


def _header(file: io.BytesIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise ValueError(f".npy format version must be 1.0 or 2.0. Received: {version}")
    shape, _, dtype = readers[version](file)
    return shape, dtype


def _location(entry: memoryview) -> set[str]:
    """The file named by an entry (key and value) of a tensor's `external_data`, if any."""
    values = dict(_fields(entry))
    if bytes(values.get(_NAME, b"")) != _LOCATION:
        return set()
    return {bytes(values.get(2, b"")).decode("utf-8", "backslashreplace")}


def _fields(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and content of each length-delimited field of a message."""
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
            raise ValueError("not an ONNX graph")
    if at != len(content):
        raise ValueError("the ONNX graph is truncated")


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """The varint (seven bits per byte) at `at`, and the offset of its end."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            raise ValueError("the ONNX graph is truncated")
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("not an ONNX graph")
