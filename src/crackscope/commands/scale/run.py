"""Write the page on which a person marks known lengths in photos, and read what was marked."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Unpack

from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.keywords import ScaleKeywords
from crackscope.commands.scale.pictures import shot_of
from crackscope.commands.scale.settings import ScaleConfig
from crackscope.commands.skeleton import default_name, results_folder
from crackscope.errors import ImageError, UsageError
from crackscope.inspection.find import STDIN, find
from crackscope.inspection.sources import PhotoSource
from crackscope.measurement.scale.table import Entry, content_of, read_table
from crackscope.measurement.scale_page import Shot, marked, render
from crackscope.run_dir import write_atomically

PAGE, TABLE = "scale.html", "scales.csv"
"""The page, and the user's table, which is never overwritten."""
_LISTED = 5
"""Most unreadable photos that an error names."""


@checked
def scale(*photos: str | Path, **settings: Unpack[ScaleKeywords]) -> Outcome:
    """`crackscope scale` from Python: writes the page; settings are the fields of `ScaleConfig`."""
    return run(make(ScaleConfig, tuple(map(str, photos)), **settings))


def run(config: ScaleConfig) -> Outcome:
    """Write the page; say how many photos are marked in scales.csv.

    The folder is never marked as finished, so that photos can be added. Exit code 3 if some photos
    were unreadable.
    """
    sources = find(config.photos).photos
    content = {"photos": [[source.name, *source.stamp()] for source in sources]}
    name = default_name(config.photos[0])
    with results_folder("scale", config, name, content, growing=("photos",)) as run:
        failed: dict[str, str] = {}
        shots = list(_shots(sources, run.path, config.max_megapixels, failed))
        if not shots:
            listed = "; ".join(f"{one}: {why}" for one, why in list(failed.items())[:_LISTED])
            raise UsageError(f"none of {len(failed)} photos can be read: {listed}")
        known = _known(run.path / TABLE)
        write_atomically(run.path / PAGE, render(name, str(run.path.resolve()), shots, known))
        done = sum(marked(shot, known) is not None for shot in shots)
        lines = [
            *(f"{one}: {why}" for one, why in failed.items()),
            f"{done} of {len(shots)} photos are marked in {TABLE}.",
            *_next(config.photos, run.path, done, len(shots)),
        ]
        data = {"path": str(run.path), "photos": len(shots), "marked": done}
        return Outcome("\n".join(lines), run.path, data, list(failed))


def _shots(
    sources: tuple[PhotoSource, ...], folder: Path, most: float, failed: dict[str, str]
) -> Iterator[Shot]:
    """Yield each photo, with a copy beside the page; unreadable ones are added to `failed`."""
    for source in sources:
        try:
            yield shot_of(source, folder, most)
        except ImageError as error:
            failed[source.name] = str(error)


def _known(file: Path) -> Mapping[str, Entry]:
    """The scales in the user's table; none if it does not exist yet."""
    content = content_of(file)
    return {} if content is None else read_table(content, str(file))


def _next(photos: tuple[str, ...], folder: Path, done: int, count: int) -> Iterator[str]:
    """What to do next."""
    if done < count:
        yield f"Open {folder / PAGE} in a browser, mark a known length in each photo, and press S."
        yield f"Save the file in the results folder as {TABLE}."
    if done:
        table = shlex.quote(str(folder / TABLE))
        named = shlex.join("-" if photo in STDIN else photo for photo in photos)
        yield f"next: crackscope inspect {named} --mm-per-px {table}"
