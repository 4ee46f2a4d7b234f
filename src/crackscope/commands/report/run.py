"""Write reports of an inspection from its results.jsonl, settings.json and images."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Unpack

from crackscope import hashing, run_dir
from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.keywords import ReportKeywords
from crackscope.commands.report.settings import ReportConfig
from crackscope.commands.skeleton import again, identity, kept
from crackscope.errors import FinishedError, OutputTakenError
from crackscope.inspection import results_file
from crackscope.reporting import Context, Write, chosen
from crackscope.reporting import context as contexts
from crackscope.reporting.overview import overview
from crackscope.types import PhotoResult

_HEAD = ("head",)
"""Part of the identity that may change when reports are rewritten: title, client, logo etc."""


@checked
def report(results: str | Path, **options: Unpack[ReportKeywords]) -> Outcome:
    """Write reports of the inspection in a folder; `options` are the fields of ReportConfig.

    `Outcome.data` lists the files.
    """
    return run(make(ReportConfig, results, **options))


@again
def run(config: ReportConfig) -> Outcome:
    """Write the chosen reports; raises UsageError if the folder holds no inspection."""
    formats = chosen(config.report)
    results = results_file.read(config.results)
    known = contexts.load(config.results)
    context = contexts.changed(known, vars(config))
    if config.out is None:
        with run_dir.locked(config.results):
            if context != known:
                contexts.save(context)
            return _write(formats, results, context, config.results)
    content = hashing.of_file(config.results / results_file.RESULTS)
    head = hashing.of_value([asdict(context.cover), context.with_card])
    made_from = identity("report", config, results=content, head=head)
    with ExitStack() as stack:
        open_as = partial(run_dir.open_run, config.out, made_from, config.exist_ok)
        try:
            output = stack.enter_context(open_as())
        except FinishedError:
            raise
        except OutputTakenError:  # the same reports with another head may be replaced
            output = stack.enter_context(open_as(_HEAD))
        return kept(output, _write(formats, results, context, output.path))


def _write(
    formats: Sequence[Write], results: Sequence[PhotoResult], context: Context, folder: Path
) -> Outcome:
    files = [file for write in formats for file in write(results, folder, context)]
    figures = overview(results, context)
    counts = ", ".join(f"{count} {name}" for name, count in figures.rows())
    # A format that writes one file per photo has its own folder; list the folder only.
    names = ", ".join(dict.fromkeys(file.relative_to(folder).parts[0] for file in files))
    data = {"files": [str(file) for file in files], **asdict(figures)}
    return Outcome(text=f"{counts}\n{names}", path=folder, data=data)
