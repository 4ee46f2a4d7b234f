"""A list of arguments on standard input: one a line, or separated by NUL as by `find -print0`."""

import os

STDIN = frozenset({"-", "stdin://"})
"""The arguments that stand for the list."""


def parse(content: bytes) -> list[str]:
    """The paths in a list, as they are; empty lines are left out."""
    if b"\0" in content:
        parts = content.split(b"\0")
    else:
        parts = [line.rstrip(b"\r") for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    return [os.fsdecode(part) for part in parts if part]
