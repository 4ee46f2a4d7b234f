"""A list of arguments on standard input: one per line, or separated by NUL as by `find -print0`."""

import os
import sys

from crackscope import text_files
from crackscope.errors import UsageError


def read() -> bytes:
    """Read all of standard input; raises UsageError if it is closed, as in services."""
    stream = sys.stdin
    try:
        if stream is not None:
            return stream.buffer.read() if hasattr(stream, "buffer") else os.fsencode(stream.read())
    except (OSError, ValueError):
        pass
    raise UsageError(
        "- reads a list of photos from standard input, which is closed. Pipe a list into the "
        "command, or name photos, folders or globs"
    )


def parse(content: bytes) -> list[str]:
    """Parse the paths in a list, unchanged; empty lines are skipped.

    UTF-16, as written by PowerShell and Notepad, is supported; raises UsageError if it is truncated
    or damaged.
    """
    encoding, rest = text_files.split_mark(content)
    if encoding not in (None, "utf-8"):
        return _wide(rest, str(encoding))
    if b"\0" in rest:
        parts = rest.split(b"\0")
    else:
        parts = [line.rstrip(b"\r") for line in rest.split(b"\n")]
    return [os.fsdecode(part) for part in parts if part]


def _wide(content: bytes, encoding: str) -> list[str]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"the list on standard input is {encoding.upper()}, truncated or damaged: {error}. "
            "Save it as UTF-8, one path per line"
        ) from error
    if "\0" in text:
        raise UsageError(
            f"the list on standard input is {encoding.upper()} with NULs: save it as UTF-8, "
            "one path per line"
        )
    return [line for line in (line.rstrip("\r") for line in text.split("\n")) if line]
