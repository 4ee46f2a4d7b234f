"""Table columns of a type: one for each field that holds a single value.

A box becomes four columns, a counted sequence its length, and a nested type one column for each of
its fields, prefixed with the name of the outer field. A name that ends in _px, _mm or _mm2 is a
size in that unit; nested fields inherit it: `width_mm` gives width_mm_median, in mm.
"""

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass, replace
from functools import cache
from typing import Any, Literal, get_origin

from crackscope.types.fields import Mark, Member, members

_MILLIMETRES = ("mm", "mm²")
_UNITS = {"mm_per_px": "mm per px", "px": "px", "mm": "mm", "mm2": "mm²"}
"""Unit by the end of the name; the first match counts."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `way` is the path of field names to its value, `kind` is int, float or str.

    `measured`: listed with the sizes in reports and exports. `sparse`: omitted from tables in which
    it has no value. `counted`: the value is the length. `exact`: written with all digits.
    """

    name: str
    way: tuple[str, ...]
    kind: type
    unit: str = ""
    measured: bool = False
    sparse: bool = False
    counted: bool = False
    exact: bool = False

    @property
    def in_mm(self) -> bool:
        """Whether it is a size on the surface, in mm or mm²."""
        return self.measured and self.unit in _MILLIMETRES

    def of(self, thing: Any) -> Any:
        """The value of this column for an object; None if unknown."""
        for step in self.way:
            thing = getattr(thing, step, None)
        if self.counted:
            return None if thing is None else len(thing)
        return None if thing == "" else thing


def columns(kind: type) -> tuple[Column, ...]:
    """The columns of a type, in order of its fields."""
    return _columns(kind)


@cache
def _columns(kind: type) -> tuple[Column, ...]:
    return tuple(_below(kind, Column("", (), str)))


def unit_of(name: str) -> str:
    """The unit at the end of a name; "" if it has none."""
    ends = (unit for end, unit in _UNITS.items() if name == end or name.endswith(f"_{end}"))
    return next(ends, "")


def _below(kind: type, above: Column) -> Iterator[Column]:
    """The columns of a type nested in the field `above`, which pass on its unit and marks."""
    for member in members(kind):
        if Mark.NO_COLUMN not in member.marks:
            yield from _of(member, _field(member, above))


def _field(member: Member, above: Column) -> Column:
    """A field as a column, with inherited unit and marks."""
    unit = unit_of(member.name) or above.unit
    marked = Mark.MEASURED in member.marks
    of_surface = Mark.OF_CAMERA not in member.marks
    return Column(
        name=f"{above.name}{member.name}",
        way=(*above.way, member.name),
        kind=str,
        unit=unit,
        measured=of_surface and (above.measured or marked or bool(unit)),
        sparse=of_surface and (above.sparse or marked or unit in _MILLIMETRES),
        exact=Mark.EXACT in member.marks,
    )


def _of(member: Member, field: Column) -> Iterator[Column]:
    prefix = field.name.removesuffix(member.name)
    if member.counted:
        yield replace(field, name=f"{prefix}{member.counted}", kind=int, counted=True)
        return
    below = prefix if Mark.FLAT in member.marks else f"{field.name}_"
    for kind in member.kinds:
        if is_dataclass(kind) and isinstance(kind, type):
            yield from _below(kind, replace(field, name=below))
        elif (plain := _plain(kind)) is not None:
            yield replace(field, kind=plain)


def _plain(kind: Any) -> type | None:
    if get_origin(kind) is Literal:
        return str
    return kind if kind in (int, float, str) else None
