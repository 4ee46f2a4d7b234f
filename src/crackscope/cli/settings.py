"""Settings from a YAML file and from the environment, below the flags."""

import difflib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import cyclopts

from crackscope.cli.commands import COMMANDS, DATA_COMMANDS
from crackscope.errors import UsageError
from crackscope.registry import nearest

_PREFIX = "CRACKSCOPE_"
_ALMOST = 0.85
_log = logging.getLogger("crackscope")


def layered(arguments: Sequence[str]) -> tuple[tuple[Any, ...], list[str]]:
    """Take `--config FILE` out of the arguments; returns cyclopts' configs, nearest first."""
    rest, file = _take_config(list(arguments))
    for line in _remarks():
        _log.warning("%s", line)
    environment = _Environment(_PREFIX, command=False)
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


class _Environment(cyclopts.config.Env):
    """Without what others set, such as Kubernetes for a service that is called crackscope."""

    def __call__(self, *given: Any) -> None:
        super().__call__(*given)
        ignored = set().union(*_ignored())
        for argument in given[-1]:
            argument.tokens[:] = [one for one in argument.tokens if one.keyword not in ignored]


def _ignored() -> tuple[list[str], list[str]]:
    """Variables of our prefix whose names are no flag's, and others that are empty."""
    ours = sorted(name for name in os.environ if name.startswith(_PREFIX))
    known = [name for name in ours if name.removeprefix(_PREFIX).lower() in _known()]
    empty = [name for name in known if not os.environ[name].strip()]
    return [name for name in ours if name not in known], empty


def _remarks() -> Iterator[str]:
    """What is said of the variables that are ignored."""
    unknown, empty = _ignored()
    if unknown:
        yield f"ignored, since no flag has that name: {', '.join(map(_with_hint, unknown))}"
    if empty:
        yield f"ignored, since they are empty: {', '.join(empty)}"


def _with_hint(variable: str) -> str:
    """Only of what is almost a flag's: most names are those of others."""
    name = variable.removeprefix(_PREFIX).lower()
    close = difflib.get_close_matches(name, _known(), n=1, cutoff=_ALMOST)
    return f"{variable} (did you mean {_PREFIX}{close[0].upper()}?)" if close else variable


def _known() -> list[str]:
    kinds = [*COMMANDS.values(), *DATA_COMMANDS.values()]
    return sorted({field.name for kind in kinds for field in fields(kind)} | {"json"})


def _check_names(names: list[str], message: str) -> None:
    for name in names:
        if name.replace("-", "_") not in _known():
            raise UsageError(f"{message} {name!r}.{nearest(name, _known())}")
