"""A configuration from keyword arguments."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from crackscope.errors import UsageError
from crackscope.registry import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Config = TypeVar("Config", bound="DataclassInstance")


def make(kind: type[Config], *positional: Any, **settings: Any) -> Config:
    """A configuration from keyword arguments; an unknown one raises UsageError with the nearest.

    A path may be given as text.
    """
    known = [field.name for field in fields(kind)]
    for name in settings:
        if name not in known:
            raise UsageError(
                f"unknown setting {name!r} of {kind.__name__}.{nearest(name, known)} "
                f"Known: {', '.join(known)}"
            )
    hints = get_type_hints(kind)
    for name, value in settings.items():
        if isinstance(value, str) and Path in (hints[name], *get_args(hints[name])):
            settings[name] = Path(value)
    return kind(*positional, **settings)
