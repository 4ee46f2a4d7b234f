"""The fields of a type: what is marked at them, and whether values are what they say.

A type says with marks, `Annotated[kind, Mark.…]`, what is special about a field; nothing else holds
its name. By default a field is a key in JSON, left out where it holds its default (`document.py`),
and a column of every table (`columns.py`).
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

T = TypeVar("T")


class Mark(Enum):
    """What is special about a field."""

    ALWAYS = "a key in JSON also where it holds its default"
    LATE = "comes after the others, as do those that are given by name only"
    LAST = "comes last in JSON, so that the head of a line can be read"
    FLAT = "its columns have names of their own, without that of the field before them"
    MEASURED = "stands beside the sizes in every table, report and export, only where it is known"
    OF_CAMERA = "a size that is none of the surface"
    EXACT = "keeps all of its digits in CSV"
    NO_COLUMN = "in no table"
    UNWRITTEN = "of this process, and in no file"


@dataclass(frozen=True)
class Counted:
    """Marks a sequence: tables have its length, as a column of the name `column`."""

    column: str


OrNull = Annotated[T | None, Mark.ALWAYS]
"""A value that JSON names even where it is not known."""


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a type, as documents and tables see it.

    `kinds` are the types that it may have but for None: one, or several of a union.
    """

    name: str
    kinds: tuple[Any, ...]
    optional: bool
    marks: frozenset[Mark]
    counted: str
    own: Field[Any]


def members(kind: type) -> tuple[Member, ...]:
    """The fields of a dataclass in the order of columns, but for those in no file."""
    return _members(kind)


@cache
def _members(kind: type) -> tuple[Member, ...]:
    hints = get_type_hints(kind, include_extras=True)
    found = (_member(field, hints[field.name]) for field in fields(kind))
    written = [member for member in found if Mark.UNWRITTEN not in member.marks]
    return tuple(sorted(written, key=_is_late))


def _is_late(member: Member) -> bool:
    return Mark.LATE in member.marks or member.own.kw_only is True


def _member(field: Field[Any], hint: Any) -> Member:
    kinds, notes = _options(hint)
    counted = next((note.column for note in notes if isinstance(note, Counted)), "")
    marks = frozenset(note for note in notes if isinstance(note, Mark))
    known = tuple(kind for kind in kinds if kind is not NoneType)
    return Member(field.name, known, NoneType in kinds, marks, counted, field)


def _options(hint: Any) -> tuple[list[Any], list[Any]]:
    """The types that a hint allows, and its marks."""
    if get_origin(hint) is Annotated:
        kinds, notes = _options(get_args(hint)[0])
        return kinds, [*hint.__metadata__, *notes]
    if get_origin(hint) in (Union, UnionType):
        found = [_options(option) for option in get_args(hint)]
        return [k for kinds, _ in found for k in kinds], [n for _, notes in found for n in notes]
    return [hint], []


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
