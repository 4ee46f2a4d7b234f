"""The table of commands, and how the fields of a settings class become flags."""

import ast
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Annotated, Any

from cyclopts import Parameter

from crackscope.arguments import at_home


class _Settings(Mapping[str, type]):
    """Maps the name of a command to its settings class, imported on first access."""

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
    "scale",
    "measure-check",
)
DATA_COMMANDS = _Settings("audit", "split")

PREFIX = "CRACKSCOPE_"
"""Of the environment variables that hold settings."""
WANTED = {
    "photos": "photos, folders, globs, zip files or addresses",
    "data": "a labelled folder, a zip file or a CSV manifest",
    "model": "a model: crackscope (the built-in one), a bundle folder or a run folder",
    "width": "the narrowest crack, such as 0.2mm",
    "results": "a results folder of `crackscope inspect`",
}
"""What each required argument expects, for the message when it is missing."""


def _docstring(kind: type) -> str | None:
    """The docstring of a settings class, read from its source under `python -OO`.

    There, dataclasses put their signature in its place.
    """
    if sys.flags.optimize < 2:
        return kind.__doc__
    try:
        (definition,) = ast.parse(inspect.getsource(kind)).body
        assert isinstance(definition, ast.ClassDef)
        return ast.get_docstring(definition)
    except OSError:  # the source is not shipped
        return None


def bind(name: str, kind: type) -> Callable[..., Any]:
    """The function behind a command; its flags are the fields of `kind`.

    The module `run` is imported only when the command runs, so that --help stays fast.
    """

    def call(
        config: Any,
        *,
        json: Annotated[bool, Parameter(negative=(), help="Print JSON only.")] = False,
    ) -> Any:
        return importlib.import_module(f"crackscope.commands.{module_of(name)}.run").run(
            at_home(config)
        )

    call.__doc__ = _docstring(kind)
    call.__annotations__["config"] = Annotated[kind, Parameter(name="*")]
    if all(field.default is not MISSING for field in fields(kind)):
        call.__defaults__ = (kind(),)
    return call
