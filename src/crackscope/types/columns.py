"""What a type is in a table: a column for each field that holds one value, by its name and type.

A box gives its four edges, a counted sequence its length, a type within a type a column for each of
its fields, with the name of the field before it. A name that ends in _px, _mm or _mm2 is a size in
that unit, and so is what lies below it: `width_mm` gives width_mm_median, in mm.
"""

from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import Any, Literal, get_origin

from crackscope.types.fields import Mark, Member, members

_UNITS = {"mm_per_px": "mm per px", "px": "px", "mm": "mm", "mm2": "mm²"}
"""By how a name ends; the first that fits."""
PIXELS = "px"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `way` are the fields that lead to its value, `kind` is int, float or str."""

    name: str
    way: tuple[str, ...]
    kind: type
    unit: str = ""
    measured: bool = False
    counted: bool = False
    exact: bool = False

    @property
    def needs_scale(self) -> bool:
        """Whether only a photo whose scale is known has it: no table has it empty."""
        return self.measured and self.unit != PIXELS

    def of(self, thing: Any) -> Any:
        """The value of a thing; None where it is not known."""
        for step in self.way:
            thing = getattr(thing, step, None)
        if self.counted:
            return None if thing is None else len(thing)
        return None if thing == "" else thing


def columns(kind: type) -> tuple[Column, ...]:
    """The columns of a type, in order."""
    return _columns(kind)


@cache
def _columns(kind: type) -> tuple[Column, ...]:
    return tuple(_below(kind, "", (), "", False))


def unit_of(name: str) -> str:
    """The unit that a name says, "" where it says none."""
    ends = (unit for end, unit in _UNITS.items() if name == end or name.endswith(f"_{end}"))
    return next(ends, "")


def _below(
    kind: type, prefix: str, way: tuple[str, ...], unit: str, measured: bool
) -> Iterator[Column]:
    for member in members(kind):
        if Mark.NO_COLUMN not in member.marks:
            own = unit_of(member.name) or unit
            surface = Mark.OF_CAMERA not in member.marks
            of_size = surface and (measured or bool(own) or Mark.MEASURED in member.marks)
            yield from _of(member, prefix, (*way, member.name), own, of_size)


def _of(
    member: Member, prefix: str, way: tuple[str, ...], unit: str, measured: bool
) -> Iterator[Column]:
    name = f"{prefix}{member.name}"
    if member.counted:
        yield Column(f"{prefix}{member.counted}", way, int, counted=True)
        return
    below = prefix if Mark.FLAT in member.marks else f"{name}_"
    for kind in member.kinds:
        if is_dataclass(kind) and isinstance(kind, type):
            yield from _below(kind, below, way, unit, measured)
        elif (plain := _plain(kind)) is not None:
            yield Column(name, way, plain, unit, measured, exact=Mark.EXACT in member.marks)


def _plain(kind: Any) -> type | None:
    if get_origin(kind) is Literal:
        return str
    return kind if kind in (int, float, str) else None
