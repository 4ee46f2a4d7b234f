"""Settings from a YAML file and from the environment, which flags override."""

import difflib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import cyclopts

from crackscope.arguments import comma_separated
from crackscope.cli.commands import COMMANDS, DATA_COMMANDS, PREFIX
from crackscope.errors import UsageError
from crackscope.registry import nearest

_LOG = logging.getLogger("crackscope")
_ALMOST = 0.85


def layered(arguments: Sequence[str]) -> tuple[tuple[Any, ...], list[str]]:
    """Split `--config FILE` from the arguments.

    Returns cyclopts' configs, highest priority first, and the other arguments.
    """
    rest, file = _take_config(list(arguments))
    for line in _remarks():
        _LOG.warning("%s", line)
    environment = _Environment(PREFIX, command=False)
    if file is None:
        return (environment,), rest
    from crackscope.cli import config_file

    values = config_file.read(file)
    joined = {name for kind in _kinds() for name in comma_separated(kind)}
    _check_names(list(values), f"--config {file}: unknown key")

    def fill(app: cyclopts.App, commands: tuple[str, ...], arguments: Any) -> None:
        # Not cyclopts' own loader for dictionaries, which reads the key `data` as the command.
        strange = config_file.fill(values, arguments, joined)
        taken = ", ".join(name for name in values if name not in strange) or "nothing"
        others = f"; ignored by this command: {', '.join(strange)}" if strange else ""
        _LOG.info("settings from %s: %s%s", file, taken, others)

    return (environment, fill), rest


def _take_config(arguments: list[str]) -> tuple[list[str], Path | None]:
    for index, argument in enumerate(arguments):
        if argument == "--config":
            if index + 1 == len(arguments):
                raise UsageError("--config must be followed by a YAML file")
            return arguments[:index] + arguments[index + 2 :], Path(arguments[index + 1])
        if argument.startswith("--config="):
            file = Path(argument.removeprefix("--config="))
            return arguments[:index] + arguments[index + 1 :], file
    return arguments, None


class _Environment(cyclopts.config.Env):
    """Drops variables set by other software, such as Kubernetes for a service named crackscope."""

    def __call__(self, *given: Any) -> None:
        super().__call__(*given)
        ignored = set().union(*_ignored())
        for argument in given[-1]:
            argument.tokens[:] = [one for one in argument.tokens if one.keyword not in ignored]


def _ignored() -> tuple[list[str], list[str]]:
    """Variables with our prefix that match no flag, and those that are empty."""
    ours = sorted(name for name in os.environ if name.startswith(PREFIX))
    known = [name for name in ours if name.removeprefix(PREFIX).lower() in _known()]
    empty = [name for name in known if not os.environ[name].strip()]
    return [name for name in ours if name not in known], empty


def _remarks() -> Iterator[str]:
    """Warnings about ignored variables."""
    unknown, empty = _ignored()
    if unknown:
        names = ", ".join(map(_with_hint, unknown))
        yield f"Environment variables that match no flag, ignored: {names}"
    if empty:
        yield f"Empty environment variables, ignored: {', '.join(empty)}"


def _with_hint(variable: str) -> str:
    """The variable, with a suggestion if it almost matches a flag; most belong to others."""
    name = variable.removeprefix(PREFIX).lower()
    close = difflib.get_close_matches(name, _known(), n=1, cutoff=_ALMOST)
    return f"{variable} (did you mean {PREFIX}{close[0].upper()}?)" if close else variable


def _kinds() -> tuple[type, ...]:
    return (*COMMANDS.values(), *DATA_COMMANDS.values())


def _known() -> list[str]:
    return sorted({field.name for kind in _kinds() for field in fields(kind)} | {"json"})


def _check_names(names: list[str], message: str) -> None:
    for name in names:
        if name.replace("-", "_") not in _known():
            raise UsageError(f"{message} {name!r}.{nearest(name, _known())}")
