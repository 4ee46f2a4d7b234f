"""Progress on stderr: a bar with the remaining time on a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from crackscope import streams


class Advance(Protocol):
    """Moves a bar on by `n`, and shows `note` beside it."""

    def __call__(self, n: int, note: str = "") -> None:
        """Cheap enough for every step."""


@contextmanager
def bar(what: str, total: int) -> Iterator[Advance]:
    """A bar of `total` steps; yields what advances it."""
    if total <= 1 or not streams.is_terminal(sys.stderr):
        yield lambda n, note="": None
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
