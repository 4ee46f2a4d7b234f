"""Settings from a YAML file and from the environment, below the flags."""

import logging
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import cyclopts

from crackscope.cli import config_file
from crackscope.cli.commands import COMMANDS, DATA_COMMANDS
from crackscope.config import comma_separated
from crackscope.errors import UsageError
from crackscope.registry import nearest

_LOG = logging.getLogger("crackscope")
_PREFIX = "CRACKSCOPE_"
_KINDS = (*COMMANDS.values(), *DATA_COMMANDS.values())


def layered(arguments: Sequence[str]) -> tuple[tuple[Any, ...], list[str]]:
    """Take `--config FILE` out of the arguments; returns cyclopts' configs, nearest first."""
    rest, file = _take_config(list(arguments))
    _check_environment()
    environment = cyclopts.config.Env(_PREFIX, command=False)
    if file is None:
        return (environment,), rest
    values = config_file.read(file)
    joined = {name for kind in _KINDS for name in comma_separated(kind)}
    _check_names(list(values), f"--config {file}: unknown key")

    def fill(app: cyclopts.App, commands: tuple[str, ...], arguments: Any) -> None:
        # Not cyclopts' own for dictionaries, which takes the key `data` for the command.
        strange = config_file.fill(values, arguments, joined)
        taken = ", ".join(name for name in values if name not in strange) or "nothing"
        others = f"; not of this command: {', '.join(strange)}" if strange else ""
        _LOG.info("settings of %s: %s%s", file, taken, others)

    return (environment, fill), rest


def _take_config(arguments: list[str]) -> tuple[list[str], Path | None]:
    for index, argument in enumerate(arguments):
        if argument == "--config":
            if index + 1 == len(arguments):
                raise UsageError("--config needs a YAML file")
            return arguments[:index] + arguments[index + 2 :], Path(arguments[index + 1])
        if argument.startswith("--config="):
            file = Path(argument.removeprefix("--config="))
            return arguments[:index] + arguments[index + 1 :], file
    return arguments, None


def _check_environment() -> None:
    import os

    names = [name.removeprefix(_PREFIX).lower() for name in os.environ if name.startswith(_PREFIX)]
    _check_names(names, f"environment: unknown variable {_PREFIX}…")


def _check_names(names: list[str], message: str) -> None:
    known = sorted({field.name for kind in _KINDS for field in fields(kind)} | {"json"})
    for name in names:
        if name.replace("-", "_") not in known:
            raise UsageError(f"{message} {name!r}.{nearest(name, known)}")
