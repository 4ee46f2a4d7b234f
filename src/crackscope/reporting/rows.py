"""Results as rows: one a photo, one a region; the same in every kind of table."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any

from crackscope.types import Metadata, PhotoResult

_SCALARS = ("path", "status", "verdict", "score", "threshold", "width", "height")
_METADATA = tuple(field.name for field in fields(Metadata))
PHOTO_COLUMNS = (
    *_SCALARS,
    "regions",
    "model",
    "seconds",
    "error_kind",
    "error_message",
    "surface",
    *_METADATA,
)
REGION_COLUMNS = ("path", "id", "x0", "y0", "x1", "y1", "score")


def photo_rows(results: Iterable[PhotoResult]) -> Iterator[dict[str, Any]]:
    """The scalars of each photo and the number of its regions; None where there is no value."""
    for result in results:
        values = result.to_dict()
        row = {name: values.get(name) for name in PHOTO_COLUMNS}
        row |= asdict(result.metadata or Metadata())
        if result.error is None:
            row["regions"] = len(result.regions)
        else:
            row |= {"error_kind": result.error.kind, "error_message": result.error.message}
        yield row


def region_rows(results: Iterable[PhotoResult]) -> Iterator[dict[str, Any]]:
    """Each region with the path of its photo."""
    for result in results:
        for region in result.regions:
            values = (result.path, region.id, *region.box.to_list(), region.score)
            yield dict(zip(REGION_COLUMNS, values, strict=True))
