"""Find cracks in whole photos: overlays, results.jsonl, and reports made from it."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from crackscope import environment, hashing, run_dir
from crackscope.commands import Outcome
from crackscope.commands.inspect.job import Job, Plan
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.commands.skeleton import default_name, on_request, results_folder
from crackscope.errors import FinishedError, UsageError
from crackscope.inspection import engines
from crackscope.inspection.find import Found, PhotoSource, find
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.results_file import ResultsFile
from crackscope.inspection.results_file import read as read_results
from crackscope.inspection.settings import InspectSettings, MeasureSettings
from crackscope.options import FailOn, seconds_of
from crackscope.reporting import Context, chosen
from crackscope.reporting import context as contexts
from crackscope.reporting.overview import summarise
from crackscope.types import PhotoResult, Verdict

_PHOTOS = ("photos", "photos_sha256")
"""Parts of the identity that may grow in a watched folder."""
_FAILS: dict[FailOn, tuple[Verdict, ...]] = {"crack": ("crack",), "unsure": ("crack", "unsure")}


def run(config: InspectConfig, given: Mapping[str, PhotoSource | None] | None = None) -> Outcome:
    """Inspect photos; the same command on an unfinished folder resumes it.

    On a finished folder it returns the existing results. `given` are the photos in memory, by their
    names in the settings.
    """
    try:
        return _run(config, given or {})
    except FinishedError as error:
        results = read_results(error.path)
        _renew(config, error.path, results)
        text = (
            f"{error}, `crackscope report` to write other reports.\n{summarise(results, [], 0.0)}"
        )
        return replace(_outcome(results, text, error.path, config.fail_on), repeated=True)


def _run(config: InspectConfig, given: Mapping[str, PhotoSource | None]) -> Outcome:
    chosen(config.report)  # fail early on unknown reports
    contexts.cover_of(vars(config))  # and on an invalid logo
    engine = engines.chosen(config.engine)
    found = _found(config, given)
    workers = config.workers or environment.cores()
    threads = max(1, workers // len(found.photos)) if found.photos else 1
    settings = _settings(config)
    inspector = _prepared(settings, threads)
    content = {"model": inspector.bundle.identity, **_photos(found), **_files(config)}
    names = None if config.watch else [photo.name for photo in found.photos]
    growing = _PHOTOS if config.watch else ()
    name = default_name(config.photos[0])
    with (
        results_folder("inspect", config, name, content, growing) as output,
        ResultsFile(output.path, names, output.resumed) as kept,
        on_request() as asked,
        engine(settings, inspector) as inspect_all,
    ):
        start, done = time.perf_counter(), len(kept)
        head = _head(config, output)
        plan = Plan(config, inspector, output.path, inspect_all, asked, **head)
        job = partial(Job, plan=plan)
        if config.watch:
            from crackscope.commands.inspect.watch import watch

            watch(config.photos[0], job, kept, asked)
        else:
            _inspect(job(found), kept)
        output.finish()
    seconds = time.perf_counter() - start
    left_out = (found.passed_over, len(found.skipped))
    results = kept.results()
    text = summarise(results, results[done:], seconds, *left_out)
    return _outcome(results, text, output.path, config.fail_on)


def _found(config: InspectConfig, given: Mapping[str, PhotoSource | None]) -> Found:
    """The photos of the command; a watched folder is scanned later."""
    if not config.watch:
        every = None if config.every is None else seconds_of(config.every)
        return find(config.photos, every, given)
    if not Path(config.photos[0]).is_dir():
        raise UsageError(f"watch must be a folder. Received: {config.photos[0]!r}")
    return Found((), 0)


def _settings(config: InspectConfig) -> InspectSettings:
    """The settings for the workers."""
    names = [each.name for each in fields(InspectSettings) if each.name != "measuring"]
    measuring = MeasureSettings.of(config).prepared()
    return InspectSettings(measuring=measuring, **{name: getattr(config, name) for name in names})


def _prepared(settings: InspectSettings, threads: int) -> Inspector:
    """Load the model; raises UsageError if it does not support a requested output."""
    inspector = engines.prepare(settings, threads)
    if settings.masks and not inspector.has_lines:
        raise UsageError(
            f"masks require a model with lines. Received: {inspector.bundle.identity}, which "
            "finds regions. Omit --masks, or retrain the model with this version"
        )
    return inspector


def _inspect(job: Job, kept: ResultsFile) -> None:
    """Inspect and write reports, also after Ctrl-C."""
    try:
        whole = job.inspect_rest(kept)
    except KeyboardInterrupt:
        job.write_reports(kept.results())
        raise
    job.write_reports(kept.results())
    if not whole:
        raise KeyboardInterrupt


def _head(config: InspectConfig, output: run_dir.RunDir) -> dict[str, Any]:
    """Cover and card of the reports: as given, or as in the run that is resumed."""
    known = Context("", output.path)
    if output.resumed:
        with suppress(UsageError):  # it stopped before any were saved
            known = contexts.load(output.path)
    context = contexts.changed(known, vars(config))
    return {"cover": context.cover, "with_card": context.with_card}


def _renew(config: InspectConfig, path: Path, results: Sequence[PhotoResult]) -> None:
    """Write the reports of a finished inspection again if cover or card have changed."""
    if not contexts.heads(vars(config)):
        return
    known = contexts.load(path)
    context = contexts.changed(known, vars(config))
    if context != known:
        with run_dir.locked(path):
            contexts.save(context)
            for write in chosen(config.report):
                write(results, path, context)


def _outcome(
    results: Sequence[PhotoResult], text: str, path: Path, fail_on: FailOn | None
) -> Outcome:
    failed = [result.path for result in results if not result.ok]
    bad = sum(result.verdict in _FAILS[fail_on] for result in results) if fail_on else 0
    gate = f"{bad} of {len(results)} photos failed --fail-on {fail_on}: exit code 4" if bad else ""
    return Outcome(
        text="\n".join([text, gate]) if gate else text,
        gate=gate,
        path=path,
        data=[result.to_dict() for result in results],
        failed=failed,
    )


def _photos(found: Found) -> dict[str, Any]:
    """The number of photos, and a hash that identifies them."""
    photos = [[photo.name, photo.relative, *photo.stamp()] for photo in found.photos]
    return dict(zip(_PHOTOS, (len(photos), hashing.of_value(photos)), strict=True))


def _files(config: InspectConfig) -> dict[str, Any]:
    """Hashes of the files for measuring; numbers and names as they are."""
    named = {name: getattr(config, name) for name in ("mm_per_px", "calibration", "standard")}
    return {
        name: hashing.of_file(Path(value)) if _is_file(value) else value
        for name, value in named.items()
    }


def _is_file(value: Any) -> bool:
    """Whether a value is a file; a standard given by name is not, even if such a file exists."""
    return isinstance(value, Path) or str(value).casefold().endswith((".yaml", ".yml"))
