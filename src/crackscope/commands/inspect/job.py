"""The photos of one command: inspection, results and reports."""

import logging
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Event

import crackscope
from crackscope import terminal
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.inspection.engines import Run
from crackscope.inspection.find import Found
from crackscope.inspection.inspected import Inspected
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.results_file import ResultsFile, write_errors
from crackscope.models.bundle import CARD
from crackscope.reporting import Context, chosen
from crackscope.reporting import context as contexts
from crackscope.reporting.context import Cover
from crackscope.reporting.names import (
    close_up_name,
    mask_names,
    overlay_names,
    rectified_names,
    thumbnail_name,
)
from crackscope.reporting.overview import line_of
from crackscope.types import PhotoResult

_log = logging.getLogger("crackscope")


@dataclass(frozen=True)
class Plan:
    """Settings, inspector and results folder of a job.

    Once `stop` is set, photos in progress are finished and no other is started. `cover` and
    `with_card` are the head and tail of the reports.
    """

    config: InspectConfig
    inspector: Inspector
    path: Path
    run: Run
    stop: Event
    cover: Cover = field(default_factory=Cover)
    with_card: bool = False


class Job:
    """The photos of one command, their files on disk, and the reports."""

    def __init__(self, found: Found, plan: Plan) -> None:
        self._found, self._plan = found, plan
        context = _context(plan.config, found, plan.inspector, plan.path)
        self._context = replace(context, cover=plan.cover, with_card=plan.with_card)
        names = [photo.name for photo in found.photos]
        relative = [photo.relative for photo in found.photos]
        self._masks = dict(zip(names, mask_names(relative), strict=True))
        self._rectified = dict(zip(names, rectified_names(relative), strict=True))

    def inspect_rest(self, kept: ResultsFile) -> bool:
        """Inspect the photos that are not in results.jsonl yet; returns whether all are done."""
        contexts.save(self._context)
        done = len(kept)
        walk = self._plan.run(self._found.photos[done:], self._plan.stop)
        total, pace = len(self._found.photos), Pace(kept.verdicts["crack"])
        with closing(walk) as inspected, terminal.progress_bar("inspect", total) as advance:
            advance(done)
            for one in inspected:
                self._keep(one)
                kept.append(one.result)  # last, once the files it refers to exist
                if self._plan.config.watch:
                    _log.info("%s", line_of(one.result))
                advance(1, pace.add(one.result))
        return len(kept) == total

    def write_reports(self, results: Sequence[PhotoResult]) -> None:
        """Write what is derived from the results: pages and tables."""
        write_errors(results, self._plan.path)
        for write in chosen(self._plan.config.report):
            write(results, self._plan.path, self._context)

    def _keep(self, one: Inspected) -> None:
        """Write the images of a photo."""
        if one.pictures is None:
            return
        name, folder = self._context.overlays[one.result.path], self._plan.path
        _write(folder / name, one.pictures.overlay)
        _write(folder / thumbnail_name(name), one.pictures.thumbnail)
        for crack, close in one.pictures.close_ups.items():
            _write(folder / close_up_name(name, crack), close)
        if one.pictures.mask is not None:
            _write(folder / self._masks[one.result.path], one.pictures.mask)
        if one.pictures.rectified is not None:
            _write(folder / self._rectified[one.result.path], one.pictures.rectified)


class Pace:
    """Speed of an inspection; counts its results, after `cracks` cracked photos before."""

    def __init__(self, cracks: int) -> None:
        self._cracks = cracks
        self._photos = self._pixels = 0
        self._start = time.perf_counter()

    def add(self, result: PhotoResult) -> str:
        """Count one more result; returns the text for the progress bar."""
        self._photos += 1
        self._pixels += (result.width or 0) * (result.height or 0)
        self._cracks += result.verdict == "crack"
        seconds = max(time.perf_counter() - self._start, 1e-9)
        speed = f"{self._photos / seconds:.1f} photos/s, {self._pixels / 1e6 / seconds:.1f} MP/s"
        return f"{speed}, {self._cracks} cracked"


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _heat_map(config: InspectConfig) -> dict[str, str]:
    """The heat map setting, if it is not the default."""
    return {} if config.heat_map is None else {"heat map": "yes" if config.heat_map else "no"}


def _measuring(config: InspectConfig) -> dict[str, str]:
    """The given settings of scale and standard."""
    given = {
        "side of the marker (mm)": config.marker_mm,
        "two points": config.two_points,
        "corners": config.corners,
        "distance (mm)": config.distance_mm,
        "calibration": config.calibration,
        "rectified (mm per pixel)": config.rectify,
    }
    said = {name: str(value) for name, value in given.items() if value is not None}
    if config.standard is None:
        return said
    from crackscope.measurement.standards import load

    return {**said, **load(config.standard).facts(config.exposure)}


def _of_one_window(config: InspectConfig, inspector: Inspector) -> dict[str, float]:
    """The limits for photos of one window, if they differ."""
    limits = inspector.bundle.thresholds
    if limits == inspector.bundle.crack_thresholds:
        return {}
    return {
        "threshold, of photos of one window": config.threshold or limits.upper,
        "unsure from, of photos of one window": limits.lower,
    }


def _context(config: InspectConfig, found: Found, inspector: Inspector, path: Path) -> Context:
    """The context of the reports, besides the results."""
    limits = inspector.bundle.crack_thresholds
    overlays = overlay_names(photo.relative for photo in found.photos)
    return Context(
        model=inspector.bundle.identity,
        folder=path,
        settings={
            "threshold": config.threshold or limits.upper,
            "unsure from": limits.lower,
            **_of_one_window(config, inspector),
            "window": f"{inspector.bundle.input.window / config.scale:.0f} px of the photo",
            "mm per pixel": "not given" if config.mm_per_px is None else str(config.mm_per_px),
            "computed with": inspector.runtime.description,
            "largest photo": f"{config.max_megapixels:g} megapixels",
            **_measuring(config),
            **_heat_map(config),
            "made": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
            "crackscope": crackscope.__version__,
        },
        overlays=dict(zip((photo.name for photo in found.photos), overlays, strict=True)),
        passed_over=found.passed_over,
        skipped=len(found.skipped),
        card=inspector.bundle.file(CARD).read_text(encoding="utf-8", errors="replace"),
    )
