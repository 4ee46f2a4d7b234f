"""Read the .npz files of an untrusted model: no pickles, and no more bytes than are declared.

A zip entry of 3 kB may unpack to gigabytes, and an array's header may declare more data than
follows. Both are checked before anything is unpacked.
"""

import io
import lzma
import math
import zipfile
import zlib
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


def read(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz file by name; raises ValueError unless all numbers are finite."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive)
            return {
                entry.filename.removesuffix(_SUFFIX): _array(entry.filename, archive.read(entry))
                for entry in archive.infolist()
            }
    except DAMAGED as error:
        raise ValueError(f"not a valid .npz file: {error}") from error


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
