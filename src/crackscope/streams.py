"""Standard streams that may be closed or missing, as in services, pythonw and notebooks."""

import io
import os
import sys
from contextlib import suppress
from typing import IO, Any


def repair() -> None:
    """Replace closed streams by the null device.

    Then printing never fails, and no file that we open gets the descriptor of a standard stream,
    to which libraries write. `sys.stdin` may stay None: reading a list from it reports that.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:  # the lowest that is free
        os.set_inheritable(number, True)
    os.close(number)
    for name in ("stdout", "stderr"):
        if not _is_open(getattr(sys, name)):
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def is_terminal(stream: IO[Any] | None) -> bool:
    """Whether the stream is a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def flush() -> None:
    """Flush stdout and stderr; ignored if they are closed."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()


def mute_stdout() -> None:
    """Discard what is still buffered for stdout, after its reader has closed the pipe."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_open(stream: IO[Any] | None) -> bool:
    try:
        if stream is None or stream.closed:
            return False
        os.fstat(stream.fileno())
    except (io.UnsupportedOperation, AttributeError):  # in notebooks and tests
        return True
    except (OSError, ValueError):
        return False
    return True
