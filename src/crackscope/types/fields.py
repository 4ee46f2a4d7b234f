"""Values that come back from a file hold what their classes say: checked by the annotations."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def check_types(value: Any) -> None:
    """Raise a TypeError that names the first field of a dataclass that holds something else.

    Numbers must be finite; where a float is meant, a whole number does. What is neither a plain
    value, a tuple, a mapping nor a dataclass is not looked into.
    """
    hints = _hints(value.__class__)
    for field in fields(value):
        held = getattr(value, field.name)
        if not _fits(held, hints[field.name]):
            raise TypeError(f"{field.name} must be {hints[field.name]}. Received: {held!r:.100}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _fits(value: Any, hint: Any) -> bool:
    kind, inside = get_origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        return any(_fits(value, each) for each in inside)
    if kind is Literal:
        return isinstance(value, str) and value in inside
    if kind is tuple:
        return isinstance(value, tuple) and _tuple_fits(value, inside)
    if kind is Mapping:
        return isinstance(value, Mapping) and all(
            _fits(key, inside[0]) and _fits(each, inside[1]) for key, each in value.items()
        )
    return _is(value, hint)


def _tuple_fits(value: tuple[Any, ...], inside: tuple[Any, ...]) -> bool:
    if inside[1:] == (...,):
        return all(_fits(each, inside[0]) for each in value)
    return len(value) == len(inside) and all(map(_fits, value, inside))


def _is(value: Any, hint: Any) -> bool:
    if hint is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and abs(value) < 1e300  # which NaN is not, either
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint in (str, bool, NoneType):
        return isinstance(value, hint)
    if is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, hint):
            check_types(value)
        return isinstance(value, hint)
    return True
