"""What a type says of itself in tables and reports: its fields, one place for all of them.

A field that holds one value is a column; a box gives its four edges, the lines of a crack their
number, widths one column each. A field that ends in _px, _mm or _mm2 is a size in that unit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from crackscope.types import Box, Georeference

_UNITS = {"px": "px", "mm": "mm", "mm2": "mm²"}
_NOT_IN_TABLES = (Georeference,)
Way = tuple[str, ...]
"""Attributes that lead to a value."""


def _leaves(kind: type) -> tuple[tuple[str, Way, type], ...]:
    """Name, way and type of each column."""
    hints = get_type_hints(kind)
    return tuple(
        leaf for field in fields(kind) for leaf in _of_field(field.name, _known(hints[field.name]))
    )


def _of_field(name: str, kind: Any) -> Iterator[tuple[str, Way, type]]:
    if kind in (int, float, str):
        yield name, (name,), kind
    elif get_origin(kind) is Literal:
        yield name, (name,), str
    elif name == "lines":
        yield "branches", (name,), int
    elif is_dataclass(kind) and kind not in _NOT_IN_TABLES and isinstance(kind, type):
        prefix = "" if kind is Box else f"{name}_"
        for below, way, leaf in _leaves(kind):
            yield f"{prefix}{below}", (name, *way), leaf


def _known(kind: Any) -> Any:
    """The type of a field that may be None."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    others = [option for option in get_args(kind) if option is not NoneType]
    return others[0] if len(others) == 1 else kind


def columns_of(kind: type) -> dict[str, type]:
    """Name and type, int, float or str, of the columns that a type gives."""
    return {name: leaf for name, _, leaf in _leaves(kind)}


def values_of(thing: Any) -> dict[str, Any]:
    """The values of the columns, None where one is not known."""
    values: dict[str, Any] = {}
    for name, way, _ in _leaves(type(thing)):
        value = thing
        for step in way:
            value = None if value is None else getattr(value, step)
        values[name] = len(value) if way == ("lines",) else value
    return values


def known(columns: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns but for those in mm that no row has a value in."""
    return [
        name
        for name in columns
        if not is_metric(name) or any(row.get(name) is not None for row in rows)
    ]


def is_metric(name: str) -> bool:
    """Whether a column is a size in mm of the surface; that of a lens is none."""
    return _unit(name) in ("mm", "mm²") and not name.startswith("focal")


def metric(things: Sequence[Any]) -> dict[str, list[str]]:
    """Heading and texts of each size in mm that is known of any of these, for a report's table."""
    rows = [values_of(thing) for thing in things]
    names = [name for name in (rows[0] if rows else ()) if is_metric(name)]
    return {heading(name): [_text(row[name]) for row in rows] for name in known(names, rows)}


def in_mm(thing: Any) -> str:
    """The sizes in mm of one thing, as in "406 mm long, 1230 mm² in area"; "" without any."""
    words = {"length": "long", "area": "in area", "width": "wide"}
    return ", ".join(
        f"{_text(value)} {_unit(name)} {words.get(name.split('_')[0], name)}"
        for name, value in values_of(thing).items()
        if is_metric(name) and value is not None
    )


def sizes(thing: Any) -> dict[str, Any]:
    """All sizes that are known of a thing, by the names of their columns."""
    return {
        name: value
        for name, value in values_of(thing).items()
        if value is not None and (_unit(name) or _unit(name.rpartition("_")[0]))
    }


def heading(name: str) -> str:
    """As in "length (mm)"."""
    return f"{name.rpartition('_')[0].replace('_', ' ')} ({_unit(name)})"


def _unit(name: str) -> str:
    return _UNITS.get(name.rpartition("_")[2], "")


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}" if value < 1000 else f"{value:.0f}"
