"""The fields of a type: their marks, the check of their values, and their form in JSON.

Special fields are marked, `Annotated[kind, Mark.…]`; no other code lists field names. By default a
field is a key in JSON, omitted if it has its default value, and a column of every table
(`columns.py`).
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Self,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

T = TypeVar("T")


def require(condition: bool, rule: str, received: object) -> None:
    """Raise ValueError with the rule and the value received."""
    if not condition:
        raise ValueError(f"{rule}. Received: {received!r}")


class Mark(Enum):
    """Marks of special fields."""

    ALWAYS = "written to JSON even if it has its default value"
    LATE = "sorted after the others, like keyword-only fields"
    LAST = "last in JSON, so that a line can be read from its beginning"
    FLAT = "its columns are not prefixed with the name of the field"
    MEASURED = "listed with the sizes in every table, report and export, only where it is known"
    OF_CAMERA = "a size of the camera, not of the surface"
    EXACT = "written to CSV with all digits"
    NO_COLUMN = "not in any table"
    UNWRITTEN = "in memory only, not written to any file"


@dataclass(frozen=True)
class Counted:
    """Marks a sequence: tables have its length, in the column `column`."""

    column: str


OrNull = Annotated[T | None, Mark.ALWAYS]
"""A value that is written to JSON as null if it is unknown."""


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a type, as documents and tables use it.

    `kinds` are its types without None: one, or the members of a union.
    """

    name: str
    kinds: tuple[Any, ...]
    optional: bool
    marks: frozenset[Mark]
    counted: str
    own: Field[Any]


def members(kind: type) -> tuple[Member, ...]:
    """The fields of a dataclass in column order, without those marked UNWRITTEN."""
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
    """The types of a hint, and its marks."""
    if get_origin(hint) is Annotated:
        kinds, notes = _options(get_args(hint)[0])
        return kinds, [*hint.__metadata__, *notes]
    if get_origin(hint) in (Union, UnionType):
        found = [_options(option) for option in get_args(hint)]
        return [k for kinds, _ in found for k in kinds], [n for _, notes in found for n in notes]
    return [hint], []


def check_types(value: Any) -> None:
    """Raise TypeError for the first field of a dataclass whose value has the wrong type.

    Numbers must be finite; an int is accepted for a float. Only plain values, tuples, mappings and
    dataclasses are checked.
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
        return number and abs(value) < 1e300  # False for NaN, too
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint in (str, bool, NoneType):
        return isinstance(value, hint)
    if is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, hint):
            check_types(value)
        return isinstance(value, hint)
    return True


class Document:
    """Base of dataclasses that are stored as JSON objects."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object; fields at their default are omitted unless marked ALWAYS."""
        kept = {}
        for member in sorted(members(type(self)), key=_order):
            value = getattr(self, member.name)
            if Mark.ALWAYS in member.marks or not _is_default(value, member.own):
                kept[member.name] = _written(value)
        return kept

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """From a JSON object; unknown keys are ignored.

        Raises TypeError or ValueError if a key is missing or has an invalid value.
        """
        return cls(**arguments(cls, values))


def arguments(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Constructor arguments of a type, from the keys of a JSON object."""
    if not isinstance(values, Mapping):
        raise TypeError(f"{kind.__name__} must be a JSON object. Received: {values!r:.100}")
    return {
        member.name: _read(values[member.name], member)
        for member in members(kind)
        if member.own.init and member.name in values
    }


def _order(member: Member) -> int:
    """Sort key: fields marked LAST at the end, sequences after the others."""
    return 0 if Mark.LAST not in member.marks else 2 if member.counted else 1


def _documents(kinds: tuple[Any, ...]) -> list[type[Document]]:
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Document)]


def _is_default(value: Any, field: Field[Any]) -> bool:
    if field.default is MISSING:
        return False
    return value is field.default or (isinstance(value, str | tuple) and value == field.default)


def _written(value: Any) -> Any:
    """A value as JSON."""
    if isinstance(value, Document):
        return value.to_dict()
    if hasattr(value, "to_list"):
        return value.to_list()
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: _written(each) for key, each in value.items()}
    return list(map(_written, value)) if isinstance(value, tuple) else value


def _read(value: Any, member: Member) -> Any:
    if value is None and member.optional:
        return None
    return _made(value, member.kinds)


def _made(value: Any, kinds: tuple[Any, ...]) -> Any:
    """A value of one of several types, from JSON."""
    if documents := _documents(kinds):
        return _fitting(value, documents).from_dict(value)
    (kind, *others) = kinds
    if others:
        return value
    if hasattr(kind, "of_list"):
        return kind.of_list(value)
    if get_origin(kind) is tuple:
        return _tuple(value, get_args(kind))
    return value


def _tuple(value: Any, inside: tuple[Any, ...]) -> tuple[Any, ...]:
    if isinstance(value, str | bytes | Mapping):
        raise TypeError(f"the value must be a list. Received: {value!r:.100}")
    return tuple(_made(each, inside[:1]) for each in value)


def _fitting(value: Any, kinds: list[type[Document]]) -> type[Document]:
    """The first type whose required keys are present, else the last, whose error is raised."""
    for kind in kinds:
        wanted = (m.name for m in members(kind) if m.own.init and m.own.default is MISSING)
        if isinstance(value, Mapping) and all(name in value for name in wanted):
            return kind
    return kinds[-1]
