"""Decodes images with a timeout, in a subprocess, which unlike a thread can be killed.

Run as a program, this module is the subprocess. For each file it receives a JSON header and the
content, and replies with a JSON header and, unless that reports an error, pixels and EXIF block.
"""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import numpy as np

from crackscope import programs
from crackscope.errors import ImageError
from crackscope.images import read
from crackscope.limits import within
from crackscope.types import Metadata, Photo

_idle: "list[subprocess.Popen[bytes]]" = []
_LENGTH = struct.Struct("<Q")
_READY = b"ready\n"


def decode(seconds: float, content: bytes, path: str, max_megapixels: float) -> Photo:
    """Like `read.decode`; after `seconds` the subprocess is killed: ImageError `timeout`."""
    child = _idle.pop() if _idle else _started()
    if child is None:
        return within(seconds, read.decode, content, path, max_megapixels)
    return within(seconds, _asked, child, content, path, max_megapixels)


def _started() -> "subprocess.Popen[bytes] | None":
    """A subprocess that is ready; None if there is no Python interpreter to run it."""
    if not sys.executable or getattr(sys, "frozen", False):
        return None
    modules = os.pathsep.join(place or str(Path.cwd()) for place in sys.path)
    child = programs.start(
        [sys.executable, "-P", "-m", "crackscope.images.apart"], {"PYTHONPATH": modules}
    )
    if _out(child).readline() == _READY:
        return child
    with child:
        child.kill()
    return None


def _asked(
    child: "subprocess.Popen[bytes]", content: bytes, path: str, max_megapixels: float
) -> Photo:
    try:
        with programs.waited_for(child):
            assert child.stdin is not None
            _send(child.stdin, {"path": path, "max_megapixels": max_megapixels}, content)
            photo = _photo(_out(child), path)
    except (OSError, EOFError) as error:
        with child:
            child.kill()
        raise ImageError("unreadable", "the decoder crashed or was killed") from error
    except ImageError:
        _idle.append(child)
        raise
    _idle.append(child)
    return photo


def _photo(file: IO[bytes], path: str) -> Photo:
    head = json.loads(_exactly(file, _length(file)))
    if "kind" in head:
        raise ImageError(head["kind"], head["message"])
    pixels = np.empty(head["shape"], np.uint8)
    _fill(file, pixels.data.cast("B"))
    known = head["metadata"]
    metadata = None if known is None else Metadata.from_dict(known)
    return Photo(path, pixels, metadata, _exactly(file, _length(file)))


def _answer(request: dict[str, Any], content: bytes, out: IO[bytes]) -> None:
    try:
        photo = read.decode(content, request["path"], request["max_megapixels"])
    except ImageError as error:
        _send(out, {"kind": error.kind, "message": str(error)})
        return
    metadata = None if photo.metadata is None else photo.metadata.to_dict()
    _send(out, {"shape": photo.pixels.shape, "metadata": metadata})
    out.write(photo.pixels.data.cast("B"))
    out.write(_LENGTH.pack(len(photo.exif)) + photo.exif)
    out.flush()


def _send(file: IO[bytes], head: dict[str, Any], content: bytes | None = None) -> None:
    packed = json.dumps(head).encode()
    file.write(_LENGTH.pack(len(packed)) + packed)
    if content is not None:
        file.write(_LENGTH.pack(len(content)))
        file.write(content)
    file.flush()


def _length(file: IO[bytes]) -> int:
    return int(_LENGTH.unpack(_exactly(file, _LENGTH.size))[0])


def _exactly(file: IO[bytes], count: int) -> bytes:
    """Read `count` bytes."""
    buffer = bytearray(count)
    _fill(file, memoryview(buffer))
    return bytes(buffer)


def _fill(file: Any, room: memoryview) -> None:
    """Read until `room` is full; raises EOFError if the other process has ended."""
    while room:
        count = file.readinto(room)
        if not count:
            raise EOFError
        room = room[count:]


def _out(child: "subprocess.Popen[bytes]") -> IO[bytes]:
    assert child.stdout is not None
    return child.stdout


def serve() -> None:
    """Answer requests until stdin is closed; output that decoders print is discarded."""
    asked, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    out.write(_READY)
    out.flush()
    try:
        while True:
            request = json.loads(_exactly(asked, _length(asked)))
            _answer(request, _exactly(asked, _length(asked)), out)
    except (EOFError, BrokenPipeError):
        return


if __name__ == "__main__":
    serve()
