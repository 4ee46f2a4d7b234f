"""Results as columns and rows of tables, in every format, and the wording of their sizes.

A size may have a column with the half-width of its 95 % interval, named with `u95`: reports show
both as one, such as 0.32 ± 0.06. A column that ends in `below` is an upper bound, such as < 0.1,
and is shown in place of the median.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from crackscope.types import Crack, PhotoResult, Region
from crackscope.types.columns import Column, columns
from crackscope.types.results import name_of

KINDS: dict[str, type] = {
    column.name: column.kind for kind in (PhotoResult, Region, Crack) for column in columns(kind)
}
"""The types of all columns that are not text."""
EXACT = frozenset(column.name for column in columns(PhotoResult) if column.exact)
"""Columns whose numbers are not rounded in CSV."""
_UNIT_AT_END = re.compile(r"_(mm2|mm|px)$")
_INTERVAL, _BOUND, _INSTEAD_OF = "u95", "below", "median"
_WORDS = {"length": "long", "area": "in area", "width": "wide"}


def columns_of(kind: type) -> dict[str, Column]:
    """The columns of a type, by name."""
    return {column.name: column for column in columns(kind)}


def values_of(thing: Any) -> dict[str, Any]:
    """The values of the columns, None if unknown."""
    return {column.name: column.of(thing) for column in columns(type(thing))}


def known(found: Mapping[str, Column], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the columns, without sparse ones that have no value in any row."""
    return [
        name
        for name, column in found.items()
        if not column.sparse or any(row.get(name) is not None for row in rows)
    ]


def sizes(thing: Any) -> dict[str, Any]:
    """All known sizes of a result, by the names of their columns."""
    values = ((column, column.of(thing)) for column in columns(type(thing)) if column.measured)
    return {column.name: value for column, value in values if value is not None}


def metric(things: Sequence[Any]) -> dict[str, list[str]]:
    """Heading and texts of each size measured in any of these results, for a report's table."""
    rows = [{_heading(column): text for column, text in _shown(thing)} for thing in things]
    of_type = columns(type(things[0])) if things else ()
    headings = dict.fromkeys(_heading(column) for column in of_type)
    return {
        heading: [row.get(heading, "–") for row in rows]
        for heading in headings
        if any(heading in row for row in rows)
    }


def in_mm(thing: Any) -> str:
    """The measured sizes of a result, as in "406 ± 5 mm long, 1230 mm² in area"; "" if none."""
    return ", ".join(_phrase(column, text) for column, text in _shown(thing))


def has_cracks(results: Iterable[PhotoResult]) -> bool:
    """Whether the model has lines: then each readable photo has a list of cracks, maybe empty."""
    return any(result.cracks is not None for result in results)


def photo_columns(results: Sequence[PhotoResult]) -> tuple[str, ...]:
    """The columns of a table of photos."""
    return tuple(known(_photo_table(results), list(_photo_rows(results))))


def photo_rows(results: Sequence[PhotoResult]) -> Iterator[dict[str, Any]]:
    """The values of each photo, with the number of cracks or regions; None if unknown."""
    names = photo_columns(results)
    for row in _photo_rows(results):
        yield {name: row[name] for name in names}


def found_table(results: Sequence[PhotoResult]) -> tuple[str, Sequence[str], list[dict[str, Any]]]:
    """Name, columns and rows of the table of cracks or regions.

    Columns in mm are included if any photo was measured.
    """
    name, kind = ("cracks", Crack) if has_cracks(results) else ("regions", Region)
    rows = [
        {"path": result.path, **values_of(found)} for result in results for found in result.found
    ]
    names = ("path", *known(columns_of(kind), rows))
    return name, names, [{name: row[name] for name in names} for row in rows]


def _photo_table(results: Iterable[PhotoResult]) -> dict[str, Column]:
    """All columns, by their names in tables of these results."""
    lines = has_cracks(results)
    other = "regions" if lines else "cracks"
    return {name_of(c.name, lines): c for c in columns(PhotoResult) if c.name != other}


def _photo_rows(results: Sequence[PhotoResult]) -> Iterator[dict[str, Any]]:
    table = _photo_table(results)
    for result in results:
        yield {
            name: column.of(result) if result.says(column.way[0]) else None
            for name, column in table.items()
        }


def _shown(thing: Any) -> Iterator[tuple[Column, str]]:
    """Each known sparse column and its text, with the interval beside the value."""
    values = {column: column.of(thing) for column in columns(type(thing)) if column.sparse}
    intervals = {_value_of(c): value for c, value in values.items() if _is_interval(c)}
    for column, value in values.items():
        if value is not None and not _is_interval(column):
            yield column, _text(value, intervals.get(column.name), column.way[-1] == _BOUND)


def _is_interval(column: Column) -> bool:
    return _INTERVAL in column.name.split("_")


def _value_of(interval: Column) -> str:
    """The name of the column that an interval belongs to."""
    return "_".join(part for part in interval.name.split("_") if part != _INTERVAL)


def _text(value: Any, half: float | None, is_bound: bool) -> str:
    if isinstance(value, str):
        return value
    text = f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return f"{'< ' if is_bound else ''}{text}" + ("" if half is None else f" ± {half:.2g}")


def _named(column: Column) -> tuple[str, str]:
    """The measured quantity, and which statistic of it ("" if there is only one)."""
    figures = (_INSTEAD_OF if part == _BOUND else part for part in column.way[1:])
    return _UNIT_AT_END.sub("", column.way[0]).replace("_", " "), " ".join(figures)


def _heading(column: Column) -> str:
    """As in "length (mm)"."""
    words = " ".join(filter(None, _named(column)))
    return f"{words} ({column.unit})" if column.unit else words


def _phrase(column: Column, text: str) -> str:
    """As in "0.32 ± 0.06 mm wide (median)"."""
    what, figure = _named(column)
    words = f"{text} {column.unit} {_WORDS.get(what, what)}" if column.unit else f"{what} {text}"
    return f"{words} ({figure})" if figure else words
