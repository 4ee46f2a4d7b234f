"""Progress on stderr: a bar with the remaining time on a terminal, else a log line every 30 s."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from crackscope import streams

_EVERY = 30.0
"""Seconds between two log lines."""
_log = logging.getLogger("crackscope")


class Advance(Protocol):
    """Advances a bar by `n` steps, and shows `note` beside it."""

    def __call__(self, n: int, note: str = "") -> None:
        """Cheap enough to call at every step."""


@contextmanager
def bar(what: str, total: int) -> Iterator[Advance]:
    """A progress bar of `total` steps; yields the function that advances it."""
    if total <= 1:
        yield lambda n, note="": None
        return
    if not streams.is_terminal(sys.stderr):
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
