"""Conversion of types to and from JSON, driven by their fields."""

from collections.abc import Mapping
from dataclasses import MISSING, Field
from typing import Any, Self, get_args, get_origin

from crackscope.types.fields import Mark, Member, members


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


def _documents(kinds: tuple[Any, ...]) -> list[type["Document"]]:
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
