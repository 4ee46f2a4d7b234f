"""Results as table rows, one per photo and one per crack or region, for every table format."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crackscope.reporting.columns import columns_of, known, values_of
from crackscope.types import Crack, PhotoResult, Region
from crackscope.types.columns import Column, columns
from crackscope.types.results import name_of

KINDS: dict[str, type] = {
    column.name: column.kind for kind in (PhotoResult, Region, Crack) for column in columns(kind)
}
"""The types of all columns that are not text."""
EXACT = frozenset(column.name for column in columns(PhotoResult) if column.exact)
"""Columns whose numbers are not rounded in CSV."""


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
