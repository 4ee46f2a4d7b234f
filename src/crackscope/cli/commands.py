"""Which commands there are, and how a configuration becomes their flags."""

import ast
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Annotated, Any

from cyclopts import Parameter

from crackscope.arguments.build import at_home


class _Settings(Mapping[str, type]):
    """The settings of each command, by its name; imported when they are asked for."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getitem__(self, name: str) -> type:
        if name not in self._names:
            raise KeyError(name)
        module = importlib.import_module(f"crackscope.commands.{module_of(name)}.settings")
        kind: type = getattr(module, f"{name.title().replace('-', '')}Config")
        return kind

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def module_of(name: str) -> str:
    """The room of a command, as Python can spell it."""
    return name.replace("-", "_")


COMMANDS = _Settings(
    "inspect",
    "report",
    "train",
    "evaluate",
    "validate",
    "export",
    "info",
    "plan",
    "measure-check",
)
DATA_COMMANDS = _Settings("audit", "split")

WANTED = {
    "photos": "photos, folders, globs, zip files or addresses",
    "data": "a labelled folder, a zip file or a CSV manifest",
    "model": "a bundle folder, a run folder, or the word crackscope",
    "width": "the narrowest crack, such as 0.2mm",
    "results": "a folder that `crackscope inspect` wrote",
}
"""What is said where an argument is missing that has no default."""


def _docstring(kind: type) -> str | None:
    """From the source under `python -OO`, where dataclasses put their signature in its place."""
    if sys.flags.optimize < 2:
        return kind.__doc__
    try:
        (definition,) = ast.parse(inspect.getsource(kind)).body
        assert isinstance(definition, ast.ClassDef)
        return ast.get_docstring(definition)
    except OSError:  # the source is not shipped
        return None


def bind(name: str, kind: type) -> Callable[..., Any]:
    """The function behind a command: its flags are the fields of `kind`.

    Its module `run` is imported when the command is run, so that help costs nothing.
    """

    def call(
        config: Any,
        *,
        json: Annotated[bool, Parameter(negative=(), help="Print data and nothing else.")] = False,
    ) -> Any:
        return importlib.import_module(f"crackscope.commands.{module_of(name)}.run").run(
            at_home(config)
        )

    call.__doc__ = _docstring(kind)
    call.__annotations__["config"] = Annotated[kind, Parameter(name="*")]
    if all(field.default is not MISSING for field in fields(kind)):
        call.__defaults__ = (kind(),)
    return call
