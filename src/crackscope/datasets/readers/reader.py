"""The interface of readers, which recognise a layout and yield the patches of a data set."""

import logging
from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol

from crackscope.datasets.source import Files
from crackscope.errors import DatasetError
from crackscope.registry import Registry
from crackscope.types.evaluation import Patch


class Reader(Protocol):
    """A reader for one layout of labelled data."""

    name: ClassVar[str]
    """Written to `Patch.dataset`; "" means the name of the folder."""
    licence: ClassVar[str]

    def recognises(self, source: Files) -> bool:
        """Whether the file names match this layout; fast, reads no image."""

    def read(self, source: Files, crack_class: str | None) -> Iterator[Patch]:
        """Every labelled patch; raises DatasetError that lists all problems."""


_LOG = logging.getLogger("crackscope")
_SHOWN = 5
READERS: Registry[type[Reader]] = Registry("reader")


def warn_skipped(source: Files, names: Sequence[str], why: str) -> None:
    """Log a warning about images that are skipped, if any; `why` is the reason."""
    if names:
        shown = ", ".join([*names[:_SHOWN], *(["…"] if len(names) > _SHOWN else [])])
        count = f"{len(names)} image{'' if len(names) == 1 else 's'}"
        _LOG.warning("%s: skipped %s, %s: %s", source.root, count, why, shown)


def check_crack_class(crack_class: str | None, own: str) -> None:
    """Raise DatasetError if the given crack class is not the one of the layout."""
    if crack_class is not None and crack_class.lower() != own.lower():
        raise DatasetError(
            f"the crack class of this layout must be {own!r}. Received: --crack-class "
            f"{crack_class}. Omit it, or read the data with --reader folders"
        )
