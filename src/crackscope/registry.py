"""A dict of plug-ins that can be read in one look."""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from crackscope.errors import UnknownNameError

T = TypeVar("T")


def nearest(name: str, known: list[str]) -> str:
    """' Did you mean …?' for the known name that is most like `name`, or an empty string."""
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


class Registry(Generic[T]):
    """Names and what they stand for, in order of registration.

    `kind` is the word used in errors ("reader", "backbone").
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}
        self._needs: dict[str, str] = {}
        self._extras: dict[str, str] = {}

    def register(self, name: str, needs: str = "", extra: str = "") -> Callable[[T], T]:
        """Decorator that adds a plug-in; a name that is taken raises ValueError.

        `needs` is a package beyond a plain install, or several with blanks between; `extra` is what
        brings them, else the extra of the plug-in's name.
        """

        def add(item: T) -> T:
            if name in self._items:
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            self._items[name] = item
            self._needs[name] = needs
            self._extras[name] = extra or name
            return item

        return add

    def get(self, name: str) -> T:
        """The plug-in of that name; raises UnknownNameError with the list and the nearest name."""
        if name not in self._items:
            known = ", ".join(self._items)
            hint = nearest(name, list(self._items))
            raise UnknownNameError(
                f"{self.kind} must be one of: {known}. Received: {name!r}.{hint}"
            )
        return self._items[name]

    def needs(self, name: str) -> str:
        """The packages that the plug-in of that name needs, blanks between; "": none."""
        return self._needs[name]

    def extra(self, name: str) -> str:
        """The extra that brings them."""
        return self._extras.get(name, name)

    def names(self) -> list[str]:
        """All names, in order of registration."""
        return list(self._items)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self._items.items())


def import_plugins(package: str, path: Iterable[str]) -> None:
    """Import every module of a package, so that each registers what it holds."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")
