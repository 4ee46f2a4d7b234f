"""What a reader is: it recognises a layout, and yields the rows of a data set laid out so."""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from crackscope.data.source import Source
from crackscope.errors import DatasetError
from crackscope.registry import Registry
from crackscope.types import Patch


class Reader(Protocol):
    """One layout of labelled pictures."""

    name: ClassVar[str]
    """Written to `Patch.dataset`; "" stands for the name of the folder."""
    licence: ClassVar[str]

    def recognises(self, source: Source) -> bool:
        """Whether the names look like this layout; cheap, reads no picture."""

    def read(self, source: Source, crack_class: str | None) -> Iterator[Patch]:
        """Every labelled patch; raises DatasetError that lists all that is wrong."""


READERS: Registry[type[Reader]] = Registry("reader")


def check_crack_class(crack_class: str | None, own: str) -> None:
    """Raise DatasetError where another crack class is asked for than the layout's own."""
    if crack_class is not None and crack_class.lower() != own.lower():
        raise DatasetError(
            f"the crack class of this layout is {own!r}. Received: --crack-class {crack_class}. "
            "Leave it out, or read the data with --reader folders"
        )
