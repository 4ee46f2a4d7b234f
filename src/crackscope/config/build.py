"""A configuration from keyword arguments, and what is done to every one before it is used."""

import os
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from crackscope.config.choices import COMMA_SEPARATED
from crackscope.errors import UsageError
from crackscope.registry import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_AT_HOME = re.compile(r"~[^/\\]*(?=[/\\])|~$")
Config = TypeVar("Config", bound="DataclassInstance")


def make(kind: type[Config], *positional: Any, **settings: Any) -> Config:
    """A configuration from keyword arguments; an unknown one raises UsageError with the nearest.

    A path may be given as text, comma-separated names as a list.
    """
    known = [field.name for field in fields(kind)]
    for name in settings:
        if name not in known:
            raise UsageError(
                f"unknown setting {name!r} of {kind.__name__}.{nearest(name, known)} "
                f"Known: {', '.join(known)}"
            )
    hints, joined = get_type_hints(kind), comma_separated(kind)
    for name, value in settings.items():
        if isinstance(value, str) and Path in (hints[name], *get_args(hints[name])):
            settings[name] = Path(value)
        if isinstance(value, list | tuple) and name in joined:
            settings[name] = ",".join(map(str, value))
    return at_home(kind(*positional, **settings))


def at_home(config: Config) -> Config:
    """The configuration with the home of the user for `~` at the beginning of paths.

    Shells do this for words of their own, but neither in `--out=~/x` nor for files and variables.
    """
    values = {field.name: getattr(config, field.name) for field in fields(config)}
    changed = {name: home for name, value in values.items() if (home := _expanded(value)) != value}
    return replace(config, **changed) if changed else config


def comma_separated(kind: type) -> set[str]:
    """The settings of a configuration that hold comma-separated names."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name for name, hint in hints.items() if COMMA_SEPARATED in getattr(hint, "__metadata__", ())
    }


def _expanded(value: Any) -> Any:
    if isinstance(value, Path):
        return Path(_expanded(str(value)))
    if isinstance(value, str):
        return os.path.expanduser(value) if _AT_HOME.match(value) else value  # noqa: PTH111
    return tuple(map(_expanded, value)) if isinstance(value, tuple) else value
