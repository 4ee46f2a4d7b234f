"""A registry of plug-ins by name."""

import difflib
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from crackscope.errors import UnknownNameError

T = TypeVar("T")


def nearest(name: str, known: list[str]) -> str:
    """' Did you mean …?' with the known name closest to `name`, or an empty string."""
    close = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


class Registry(Generic[T]):
    """Plug-ins by name, in order of registration.

    `kind` is the noun in error messages ("reader", "backbone"). With `package`, plug-ins are
    imported on first use, each from the module of its name, and are listed in alphabetical order.
    """

    def __init__(self, kind: str, package: str = "") -> None:
        self.kind = kind
        self._package = package
        self._items: dict[str, T] = {}
        self._needs: dict[str, str] = {}
        self._extras: dict[str, str] = {}

    def register(self, name: str, needs: str = "", extra: str = "") -> Callable[[T], T]:
        """Decorator that registers a plug-in; raises ValueError if the name is taken.

        `needs` are packages beyond a plain install, space-separated; `extra` is the extra that
        installs them, by default the one with the plug-in's name.
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
        """The plug-in of that name; raises UnknownNameError with all names and the closest one."""
        if name not in self._items:
            self._import(name)
        if name not in self._items and name not in (known := self.names()):
            raise UnknownNameError(
                f"{self.kind} must be one of: {', '.join(known)}. Received: {name!r}."
                f"{nearest(name, known)}"
            )
        return self._items[name]

    def needs(self, name: str) -> str:
        """The packages that a plug-in needs, space-separated; "" for none."""
        self.get(name)
        return self._needs[name]

    def extra(self, name: str) -> str:
        """The extra that installs these packages."""
        return self._extras.get(name, name)

    def names(self) -> list[str]:
        """All names."""
        return [name for name, _ in self]

    def __iter__(self) -> Iterator[tuple[str, T]]:
        if not self._package:
            return iter(self._items.items())
        import_plugins(self._package, self._path())
        return iter(sorted(self._items.items(), key=lambda item: item[0]))

    def _import(self, name: str) -> None:
        """Import the module of that name, if it exists."""
        module = name.replace("-", "_")
        if module in {found.name for found in pkgutil.iter_modules(self._path())}:
            importlib.import_module(f"{self._package}.{module}")

    def _path(self) -> Iterable[str]:
        return sys.modules[self._package].__path__ if self._package else ()


def import_plugins(package: str, path: Iterable[str]) -> None:
    """Import every module of a package, so that each registers its plug-ins."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")
