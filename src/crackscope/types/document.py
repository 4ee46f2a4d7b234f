"""JSON of a type and its way back: one mechanism, by the fields of the type."""

from collections.abc import Mapping
from dataclasses import MISSING, Field
from typing import Any, Self, get_args, get_origin

from crackscope.types.fields import Mark, Member, members


class Document:
    """A dataclass that stands in JSON by its fields."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Its keys and values in JSON; what holds its default is left out, unless it is marked."""
        kept = {}
        for member in sorted(members(type(self)), key=_order):
            value = getattr(self, member.name)
            if Mark.ALWAYS in member.marks or not _is_default(value, member.own):
                kept[member.name] = _written(value)
        return kept

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Back from JSON; keys that it does not know are passed over.

        Raises TypeError or ValueError where a key is missing or holds something else.
        """
        return cls(**arguments(cls, values))


def arguments(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a type is made of, from the keys of a document."""
    if not isinstance(values, Mapping):
        raise TypeError(f"{kind.__name__} must be an object. Received: {values!r:.100}")
    return {
        member.name: _read(values[member.name], member)
        for member in members(kind)
        if member.own.init and member.name in values
    }


def _order(member: Member) -> int:
    """What is marked so comes last, and of it what is a sequence."""
    return 0 if Mark.LAST not in member.marks else 2 if member.counted else 1


def _documents(kinds: tuple[Any, ...]) -> list[type["Document"]]:
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Document)]


def _is_default(value: Any, field: Field[Any]) -> bool:
    if field.default is MISSING:
        return False
    return value is field.default or (isinstance(value, str | tuple) and value == field.default)


def _written(value: Any) -> Any:
    """A value as JSON has it."""
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
    """A value of one of several types, from what JSON has of it."""
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
        raise TypeError(f"a list is wanted. Received: {value!r:.100}")
    return tuple(_made(each, inside[:1]) for each in value)


def _fitting(value: Any, kinds: list[type[Document]]) -> type[Document]:
    """The first type whose keys are all there; the last one says what is missing."""
    for kind in kinds:
        wanted = (m.name for m in members(kind) if m.own.init and m.own.default is MISSING)
        if isinstance(value, Mapping) and all(name in value for name in wanted):
            return kind
    return kinds[-1]
