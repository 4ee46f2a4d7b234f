"""Standard streams that are closed or missing, as in services, under pythonw and in notebooks."""

import io
import os
import sys
from contextlib import suppress
from typing import IO, Any


def repair() -> None:
    """Put the null device in the place of what is closed: no print fails, and no file of ours gets
    the number of a standard stream, into which libraries write.

    `sys.stdin` stays None where it is: whoever asks for a list there is told.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:  # the lowest that is free
        os.set_inheritable(number, True)
    os.close(number)
    for name in ("stdout", "stderr"):
        if not _is_open(getattr(sys, name)):
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def is_terminal(stream: IO[Any] | None) -> bool:
    """Whether a person sees what is written there."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def flush() -> None:
    """Write out what is left, as far as anybody reads it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()


def mute_stdout() -> None:
    """For a reader that has left: what is still buffered goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_open(stream: IO[Any] | None) -> bool:
    try:
        if stream is None or stream.closed:
            return False
        os.fstat(stream.fileno())
    except (io.UnsupportedOperation, AttributeError):  # a notebook's, or a test's
        return True
    except (OSError, ValueError):
        return False
    return True
