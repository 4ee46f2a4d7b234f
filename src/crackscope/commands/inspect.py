"""Find cracks in whole photos: overlays, results.jsonl, and reports made from it."""

import glob
import os
import re
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

import crackscope
from crackscope import config as configs
from crackscope import hashing, progress, run_dir
from crackscope.commands.outcome import Outcome
from crackscope.config import InspectConfig
from crackscope.inspection.batch import inspect_all
from crackscope.inspection.find import Found, Source, find
from crackscope.inspection.inspector import Inspector, load
from crackscope.models.bundle import CARD
from crackscope.rendering import overlay, thumbnail
from crackscope.reporting import Context, chosen, settings
from crackscope.reporting.ledger import Ledger, write_errors
from crackscope.reporting.names import overlay_names, thumbnail_name
from crackscope.reporting.summary import summarise
from crackscope.types import Photo, PhotoResult, WindowScores


def inspect(*photos: str | Path, **settings: Any) -> Outcome:
    """Inspect photos, folders and globs; settings are the fields of `InspectConfig`.

    Writes into `out` (else runs/inspect/NAME) and returns the results as `Outcome.data`, one
    dictionary a photo.
    """
    return run(configs.make(InspectConfig, tuple(map(str, photos)), **settings))


def run(config: InspectConfig) -> Outcome:
    """Inspect; the same command on an unfinished folder does only what is left."""
    chosen(config.report)  # what cannot be written is said at once
    found = find(config.photos)
    workers = config.workers or _cores()
    threads = max(1, workers // len(found.photos))
    inspector = load(config.model, config.device, threads=threads)
    path = run_dir.choose("inspect", config.out, config.name, _default_name(config.photos[0]))
    with run_dir.open_run(path, _identity(config, found, inspector), config.exist_ok) as output:
        job = _Job(config, found, inspector, path, workers)
        start = time.perf_counter()
        with Ledger(path, [photo.name for photo in found.photos], output.resumed) as ledger:
            done = len(ledger.results)
            try:
                job.inspect_rest(ledger)
            except KeyboardInterrupt:
                job.write_reports(ledger.results)  # they show what there is
                raise
        job.write_reports(ledger.results)
        output.finish()
    seconds = time.perf_counter() - start
    text = summarise(ledger.results, ledger.results[done:], seconds, found.passed_over)
    return _outcome(ledger.results, text, path)


class _Job:
    """One run of the command over its photos."""

    def __init__(
        self, config: InspectConfig, found: Found, inspector: Inspector, path: Path, workers: int
    ) -> None:
        self._config, self._found, self._inspector = config, found, inspector
        self._path, self._workers = path, workers
        self._context = _context(config, found, inspector, path)

    def inspect_rest(self, ledger: Ledger) -> None:
        """Inspect what the ledger does not hold yet."""
        settings.save(self._context)
        done = len(ledger.results)
        results = inspect_all(
            self._inspector,
            self._found.photos[done:],
            threshold=self._config.threshold,
            max_megapixels=self._config.max_megapixels,
            workers=self._workers,
            finish=self._write_pictures,
        )
        total = len(self._found.photos)
        with closing(results), progress.bar("inspect", total) as advance:
            advance(done)
            for result in results:
                ledger.append(result)
                advance(1)

    def write_reports(self, results: Sequence[PhotoResult]) -> None:
        """Whatever is derived from the results: pages and tables."""
        write_errors(results, self._path)
        for write in chosen(self._config.report):
            write(results, self._path, self._context)

    def _write_pictures(
        self, source: Source, photo: Photo, windows: WindowScores, result: PhotoResult
    ) -> None:
        name = self._context.overlays[source.name]
        _write(self._path / name, overlay.render(photo, windows, result))
        _write(self._path / thumbnail_name(name), thumbnail.of_pixels(photo.pixels))


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _context(config: InspectConfig, found: Found, inspector: Inspector, path: Path) -> Context:
    """What the reports say beside the results."""
    limits = inspector.bundle.thresholds
    overlays = overlay_names(photo.relative for photo in found.photos)
    return Context(
        model=inspector.bundle.identity,
        folder=path,
        settings={
            "threshold": config.threshold or limits.upper,
            "unsure from": limits.lower,
            "window": f"{inspector.bundle.input.window} px at native resolution",
            "largest photo": f"{config.max_megapixels:g} megapixels",
            "made": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
            "crackscope": crackscope.__version__,
        },
        overlays=dict(zip((photo.name for photo in found.photos), overlays, strict=True)),
        passed_over=found.passed_over,
        card=inspector.bundle.file(CARD).read_text(encoding="utf-8", errors="replace"),
    )


def _outcome(results: Sequence[PhotoResult], text: str, path: Path) -> Outcome:
    failed = [result.path for result in results if not result.ok]
    return Outcome(
        text=text,
        path=path,
        data=[result.to_dict() for result in results],
        failed=failed,
    )


def _identity(config: InspectConfig, found: Found, inspector: Inspector) -> dict[str, Any]:
    """What decides the results; how many work on them does not."""
    photos = [[photo.name, photo.relative, *photo.stamp()] for photo in found.photos]
    return {
        "command": "inspect",
        "model": inspector.bundle.identity,
        "threshold": config.threshold,
        "max_megapixels": config.max_megapixels,
        "photos": len(photos),
        "photos_sha256": hashing.of_value(photos),
    }


def _default_name(argument: str) -> str:
    """The name of the folder or photo, or of the folder that a glob starts in."""
    path = Path(argument)
    if not os.path.lexists(path):
        path = Path(*takewhile(lambda part: not glob.has_magic(part), path.parts))
    real = Path(os.path.realpath(path))
    name = real.name if real.is_dir() else real.stem
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "photos"


def _cores() -> int:
    """The cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
