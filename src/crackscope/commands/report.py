"""Make reports of an inspection from what it left: results.jsonl, settings.json and pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Unpack

from crackscope import config as configs
from crackscope import hashing, run_dir
from crackscope.commands.outcome import Outcome
from crackscope.config import ReportConfig
from crackscope.config.keywords import ReportKeywords
from crackscope.reporting import chosen, ledger, settings
from crackscope.reporting.overview import overview


@configs.checked
def report(results: str | Path, **options: Unpack[ReportKeywords]) -> Outcome:
    """Make reports of the inspection in a folder; options are the fields of `ReportConfig`.

    `Outcome.data` names the files.
    """
    return run(configs.make(ReportConfig, results, **options))


def run(config: ReportConfig) -> Outcome:
    """Write every report that is asked for; raises UsageError where there is no inspection."""
    formats = chosen(config.report)
    results = ledger.read(config.results)
    context = settings.load(config.results)
    with _destination(config) as folder:
        files = [file for write in formats for file in write(results, folder, context)]
    figures = overview(results, context)
    counts = ", ".join(f"{count} {name}" for name, count in figures.rows())
    # A format that writes a file a photo has a folder of its own: that is named.
    names = ", ".join(dict.fromkeys(file.relative_to(folder).parts[0] for file in files))
    data = {"files": [str(file) for file in files], **asdict(figures)}
    return Outcome(text=f"{counts}\n{names}", path=folder, data=data)


@contextmanager
def _destination(config: ReportConfig) -> Iterator[Path]:
    """The folder to write to, for this process alone."""
    if config.out is None:
        with run_dir.locked(config.results):
            yield config.results
        return
    identity = {
        "command": "report",
        "results": hashing.of_file(config.results / ledger.RESULTS),
        "report": config.report,
    }
    with run_dir.open_run(config.out, identity, config.exist_ok) as output:
        yield output.path
        output.finish()
