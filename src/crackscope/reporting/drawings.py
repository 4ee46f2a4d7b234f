"""One drawing a photo, in a folder of their own, and the table that says which is whose."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from crackscope import tables
from crackscope.reporting import Context
from crackscope.reporting.crack_map import CrackMap, crack_map
from crackscope.reporting.names import encodable, file_names, overlay_names, printable
from crackscope.run_dir import write_atomically
from crackscope.types import PhotoResult

PHOTOS = "photos.csv"
_COLUMNS = ("photo", "drawing", "unit", "scale")


def drawn(
    results: Sequence[PhotoResult], context: Context, folder: str, suffix: str
) -> Iterator[tuple[str, CrackMap]]:
    """Name and map of each photo on which something was found: `folder`/PHOTO`suffix`, where the
    photo lies as its overlay does."""
    found = [result for result in results if result.found]
    known = [context.overlays.get(r.path) or overlay_names([r.path])[0] for r in found]
    stems = [name.removeprefix("overlays/").removesuffix(".jpg") for name in known]
    for result, name in zip(found, file_names(stems, folder, suffix), strict=True):
        yield name, crack_map(result, context)


def write_table(rows: Sequence[tuple[str, CrackMap]], folder: Path) -> Path:
    """photos.csv: the drawing of each photo, its unit and its scale."""
    values = [
        (one.path, name.partition("/")[2], one.unit, str(one.scale or "none")) for name, one in rows
    ]
    write_atomically(folder / PHOTOS, tables.write(_COLUMNS, values))
    return folder / PHOTOS


def shown(text: str) -> str:
    """A text as every format takes it: one line of Unicode."""
    return encodable(printable(text))
