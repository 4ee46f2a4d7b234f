"""Inspect a watched folder until Ctrl-C."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from crackscope.commands.inspect.job import Job
from crackscope.errors import UsageError
from crackscope.inspection.find import Found, PhotoSource, look, say_skipped
from crackscope.inspection.results_file import ResultsFile
from crackscope.inspection.sources.files import PhotoFile, gone, prefix_of
from crackscope.inspection.watch import arrivals

_log = logging.getLogger("crackscope")
_LOOK_EVERY = 2.0
"""Seconds between scans; a photo is ready when two scans find it unchanged."""


def watch(folder: str, job_of: Callable[[Found], Job], kept: ResultsFile, asked: Event) -> None:
    """Inspect new photos in `folder` until `asked`; writes reports when no new photos arrive.

    Raises SourceGoneError if the folder disappears.
    """
    say_skipped(look([folder]))
    prefix = prefix_of(folder)
    photos: list[PhotoSource] = [
        PhotoFile(result.path, result.path.removeprefix(prefix), Path(result.path))
        for result in kept.results()  # the files may have been moved since
    ]
    job, reported = job_of(Found(tuple(photos), 0)), True
    _log.info("watching %s. Press Ctrl-C to stop", folder)

    def listing() -> Sequence[PhotoSource]:
        try:
            return look([folder]).photos
        except UsageError:
            raise gone(folder) from None

    for ready in arrivals(listing, [photo.name for photo in photos]):
        if ready:
            photos += ready
            job, reported = job_of(Found(tuple(photos), 0)), False
            job.inspect_rest(kept)
        elif not reported:
            job.write_reports(kept.results())
            reported = True
        if asked.wait(_LOOK_EVERY):
            break
    job.write_reports(kept.results())
