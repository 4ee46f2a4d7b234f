"""Settings from a YAML file and from the environment, below the flags."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import cyclopts

from crackscope.cli.commands import COMMANDS, DATA_COMMANDS
from crackscope.errors import UsageError
from crackscope.registry import nearest

_PREFIX = "CRACKSCOPE_"


def layered(arguments: Sequence[str]) -> tuple[tuple[Any, ...], list[str]]:
    """Take `--config FILE` out of the arguments; returns cyclopts' configs, nearest first."""
    rest, file = _take_config(list(arguments))
    _check_environment()
    environment = cyclopts.config.Env(_PREFIX, command=False)
    if file is None:
        return (environment,), rest
    return (environment, _from_file(_read_yaml(file), file)), rest


def _from_file(values: dict[str, Any], file: Path) -> Any:
    """A cyclopts configuration: fills what neither a flag nor the environment has set.

    Cyclopts' own for dictionaries takes the key `data` for the command of that name.
    """

    def fill(app: cyclopts.App, commands: tuple[str, ...], arguments: Any) -> None:
        for argument in arguments:
            key = argument.name.lstrip("-").replace("-", "_")
            if key in values and not argument.tokens:
                value = values[key]
                for index, item in enumerate(value if isinstance(value, list) else [value]):
                    token = cyclopts.Token(
                        keyword=f"{key} in {file}", value=str(item), source=str(file), index=index
                    )
                    argument.append(token)

    return fill


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


def _read_yaml(file: Path) -> dict[str, Any]:
    import yaml

    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {file} cannot be read: {error}") from error
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise UsageError(f"--config {file} must hold `key: value` lines")
    _check_names(list(values), f"--config {file}: unknown key")
    return {key.replace("-", "_"): value for key, value in values.items() if value is not None}


def _check_environment() -> None:
    import os

    names = [name.removeprefix(_PREFIX).lower() for name in os.environ if name.startswith(_PREFIX)]
    _check_names(names, f"environment: unknown variable {_PREFIX}…")


def _check_names(names: list[str], message: str) -> None:
    kinds = [*COMMANDS.values(), *DATA_COMMANDS.values()]
    known = sorted({field.name for kind in kinds for field in fields(kind)} | {"json"})
    for name in names:
        if name.replace("-", "_") not in known:
            raise UsageError(f"{message} {name!r}.{nearest(name, known)}")
