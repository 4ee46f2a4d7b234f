"""Results as rows: one a photo, one a crack or region; the same in every kind of table."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crackscope.reporting.columns import columns_of, known, values_of
from crackscope.types import Crack, Metadata, PhotoResult, Region

_SCALARS = ("path", "status", "verdict", "score", "threshold", "width", "height")
_METADATA = tuple(columns_of(Metadata))
_RUN = ("model", "seconds", "error_kind", "error_message")
KINDS: dict[str, type] = {
    **columns_of(PhotoResult),
    **columns_of(Metadata),
    **columns_of(Region),
    **columns_of(Crack),
    "cracks": int,
    "regions": int,
}
"""The type of every column that is not text."""


def has_cracks(results: Iterable[PhotoResult]) -> bool:
    """Whether the model has lines: then every photo that was read has cracks, be it none."""
    return any(result.cracks is not None for result in results)


def photo_columns(results: Sequence[PhotoResult]) -> tuple[str, ...]:
    """The columns of a table of photos."""
    found, material = _names(results)
    return (*_SCALARS, found, *_RUN, material, *_METADATA, "remark")


def _names(results: Iterable[PhotoResult]) -> tuple[str, str]:
    """The columns for the number of what was found, and for the material."""
    return ("cracks", "material") if has_cracks(results) else ("regions", "surface")


def photo_rows(results: Sequence[PhotoResult]) -> Iterator[dict[str, Any]]:
    """The scalars of each photo and the number of what was found; None where there is no value."""
    columns = photo_columns(results)
    found, material = _names(results)
    for result in results:
        row = dict.fromkeys(columns) | {name: getattr(result, name, None) for name in _SCALARS}
        row |= {name: getattr(result.metadata, name, None) for name in _METADATA}
        if result.error is None:
            row |= {"status": "ok", "model": result.model, "seconds": result.seconds}
            row |= {found: len(result.found), material: result.material}
            row |= {"remark": result.remark or None}
        else:
            row |= {"status": "failed"}
            row |= {"error_kind": result.error.kind, "error_message": result.error.message}
        yield row


def found_table(results: Sequence[PhotoResult]) -> tuple[str, Sequence[str], list[dict[str, Any]]]:
    """Name, columns and rows of the table beside that of the photos: cracks, or regions.

    Columns in mm are there where a photo was measured so.
    """
    name, kind = ("cracks", Crack) if has_cracks(results) else ("regions", Region)
    rows = [
        {"path": result.path, **values_of(found)} for result in results for found in result.found
    ]
    columns = ("path", *known(columns_of(kind), rows))
    return name, columns, [{name: row[name] for name in columns} for row in rows]
