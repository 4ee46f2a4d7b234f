"""One drawing per photo in a separate folder, and a table of photos and drawings."""

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
    """Name and map of each photo with cracks or regions.

    The name is `folder`/PHOTO`suffix`, with PHOTO as in the name of the overlay.
    """
    found = [result for result in results if result.found]
    known = [context.overlays.get(r.path) or overlay_names([r.path])[0] for r in found]
    stems = [name.removeprefix("overlays/").removesuffix(".jpg") for name in known]
    for result, name in zip(found, file_names(stems, folder, suffix), strict=True):
        yield name, crack_map(result, context)


def write_table(rows: Sequence[tuple[str, CrackMap]], folder: Path) -> Path:
    """Write photos.csv: drawing, unit and scale of each photo."""
    values = [
        (one.path, name.partition("/")[2], one.unit, str(one.scale or "none")) for name, one in rows
    ]
    write_atomically(folder / PHOTOS, tables.write(_COLUMNS, values))
    return folder / PHOTOS


def shown(text: str) -> str:
    """The text as one line of valid Unicode, which every format accepts."""
    return encodable(printable(text))
