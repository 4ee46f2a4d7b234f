"""Results as rows: one a photo, one a crack or region; the same in every kind of table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from crackscope.types import Crack, Metadata, PhotoResult

_SCALARS = ("path", "status", "verdict", "score", "threshold", "width", "height")
_METADATA = tuple(f.name for f in fields(Metadata) if f.name != "georeference")
_RUN = ("model", "seconds", "error_kind", "error_message")
_BOX = ("x0", "y0", "x1", "y1")
_MEASURED = ("mean_score", "area_px", "length_px")
REGION_COLUMNS = ("path", "id", *_BOX, "score", *_MEASURED)
_WIDTHS = ("width_px_median", "width_px_p95", "width_px_max")
CRACK_COLUMNS = ("path", "id", "score", "length_px", *_WIDTHS, *_BOX, "branches")


def has_cracks(results: Iterable[PhotoResult]) -> bool:
    """Whether the model has lines: then every photo that was read has cracks, be it none."""
    return any(result.cracks is not None for result in results)


def photo_columns(results: Sequence[PhotoResult]) -> tuple[str, ...]:
    """The columns of a table of photos."""
    found, material = _names(results)
    return (*_SCALARS, found, *_RUN, material, *_METADATA)


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
        else:
            row |= {"status": "failed"}
            row |= {"error_kind": result.error.kind, "error_message": result.error.message}
        yield row


def region_rows(results: Iterable[PhotoResult]) -> Iterator[dict[str, Any]]:
    """Each region with the path of its photo."""
    for result in results:
        for region in result.regions:
            place = (result.path, region.id, *region.box.to_list(), region.score)
            measured = (getattr(region, name) for name in _MEASURED)
            yield dict(zip(REGION_COLUMNS, (*place, *measured), strict=True))


def crack_rows(results: Iterable[PhotoResult]) -> Iterator[dict[str, Any]]:
    """Each crack with the path of its photo."""
    for result in results:
        for crack in result.cracks or ():
            box = dict(zip(_BOX, crack.box.to_list(), strict=True))
            yield {"path": result.path, **crack_values(crack), **box, "branches": len(crack.lines)}


def crack_values(crack: Crack) -> dict[str, Any]:
    """What a crack is known by, each a plain value."""
    widths = crack.width_px
    return {
        "id": crack.id,
        "score": crack.score,
        "length_px": crack.length_px,
        **dict(zip(_WIDTHS, (widths.median, widths.p95, widths.max), strict=True)),
    }


def found_table(results: Sequence[PhotoResult]) -> tuple[str, Sequence[str], list[dict[str, Any]]]:
    """Name, columns and rows of the table beside that of the photos: cracks, or regions."""
    if has_cracks(results):
        return "cracks", CRACK_COLUMNS, list(crack_rows(results))
    return "regions", REGION_COLUMNS, list(region_rows(results))
