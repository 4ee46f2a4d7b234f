"""A configuration from keyword arguments."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from crackscope.errors import UsageError
from crackscope.registry import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Config = TypeVar("Config", bound="DataclassInstance")


def make(kind: type[Config], *positional: Any, **settings: Any) -> Config:
    """A configuration from keyword arguments; an unknown one raises UsageError with the nearest."""
    known = [field.name for field in fields(kind)]
    for name in settings:
        if name not in known:
            raise UsageError(
                f"unknown setting {name!r} of {kind.__name__}.{nearest(name, known)} "
                f"Known: {', '.join(known)}"
            )
    return kind(*positional, **settings)
