"""The terminal: standard streams, which may be closed or missing, and progress on stderr.

Streams are closed or missing in services, pythonw and notebooks. Progress is a bar with the
remaining time on a terminal, else a log line every 30 s.
"""

import io
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Protocol

_EVERY = 30.0
"""Seconds between two log lines."""
_log = logging.getLogger("crackscope")


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


class Advance(Protocol):
    """Advances a bar by `n` steps, and shows `note` beside it."""

    def __call__(self, n: int, note: str = "") -> None:
        """Cheap enough to call at every step."""


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Advance]:
    """A progress bar of `total` steps; yields the function that advances it."""
    if total <= 1:
        yield lambda n, note="": None
        return
    if not is_terminal(sys.stderr):
        yield _Lines(what, total)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total, note="")
        yield lambda n, note="": progress.update(task, advance=n, note=note)


class _Lines:
    """Progress in logs: one line every half minute."""

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total, self._done = what, total, 0
        self._said = time.monotonic()

    def __call__(self, n: int, note: str = "") -> None:
        self._done += n
        if time.monotonic() - self._said >= _EVERY:
            self._said = time.monotonic()
            words = [f"{self._what}: {self._done} of {self._total}", *filter(None, [note])]
            _log.info("%s", ", ".join(words))


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
