"""What a reader is: it recognises a layout, and yields the rows of a data set laid out so."""

import logging
from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol

from crackscope.datasets.source import Files
from crackscope.errors import DatasetError
from crackscope.registry import Registry
from crackscope.types import Patch


class Reader(Protocol):
    """One layout of labelled pictures."""

    name: ClassVar[str]
    """Written to `Patch.dataset`; "" stands for the name of the folder."""
    licence: ClassVar[str]

    def recognises(self, source: Files) -> bool:
        """Whether the names look like this layout; cheap, reads no picture."""

    def read(self, source: Files, crack_class: str | None) -> Iterator[Patch]:
        """Every labelled patch; raises DatasetError that lists all that is wrong."""


_LOG = logging.getLogger("crackscope")
_SHOWN = 5
READERS: Registry[type[Reader]] = Registry("reader")


def say_left_out(source: Files, names: Sequence[str], why: str) -> None:
    """Name in the log pictures that get no label, where there are some; `why` says the reason."""
    if names:
        shown = ", ".join([*names[:_SHOWN], *(["…"] if len(names) > _SHOWN else [])])
        _LOG.warning("left out of %s, %s: %d pictures: %s", source.root, why, len(names), shown)


def check_crack_class(crack_class: str | None, own: str) -> None:
    """Raise DatasetError where another crack class is asked for than the layout's own."""
    if crack_class is not None and crack_class.lower() != own.lower():
        raise DatasetError(
            f"the crack class of this layout is {own!r}. Received: --crack-class {crack_class}. "
            "Leave it out, or read the data with --reader folders"
        )
