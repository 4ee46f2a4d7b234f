"""A list of arguments on standard input: one a line, or separated by NUL as by `find -print0`."""

import os
import sys

from crackscope.errors import UsageError

STDIN = frozenset({"-", "stdin://"})
"""The arguments that stand for the list."""


def read() -> bytes:
    """All of standard input; raises UsageError where it is closed, as it is for a service."""
    stream = sys.stdin
    try:
        if stream is not None:
            return stream.buffer.read() if hasattr(stream, "buffer") else os.fsencode(stream.read())
    except (OSError, ValueError):
        pass
    raise UsageError(
        "- means a list of photos on standard input, which is closed. Pipe a list into the "
        "command, or name photos, folders or globs"
    )


def parse(content: bytes) -> list[str]:
    """The paths in a list, as they are; empty lines are left out."""
    if b"\0" in content:
        parts = content.split(b"\0")
    else:
        parts = [line.rstrip(b"\r") for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    return [os.fsdecode(part) for part in parts if part]
