"""Train on each of several data sets, test on each: `crackscope evaluate MODEL --cross A B …`."""

import time
from pathlib import Path
from typing import Unpack

from crackscope import extras, hashing
from crackscope.arguments.build import checked, make
from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.commands.keywords import EvaluateKeywords
from crackscope.commands.outcome import Outcome
from crackscope.commands.skeleton import again, facts, reported, results_folder
from crackscope.errors import NothingLeftError
from crackscope.evaluation.cross import matrix, report, sets, spec
from crackscope.evaluation.cross.matrix import Rules
from crackscope.models import bundle as bundles
from crackscope.runtimes.features import OnnxFeatures


@checked
def cross(
    model: str | Path, data: str | Path, *more: str | Path, **settings: Unpack[EvaluateKeywords]
) -> Outcome:
    """The matrix over sets written as for `--cross`; `settings` are fields of EvaluateConfig."""
    asked = {**settings, "cross": True}
    return run(make(EvaluateConfig, model, data, more, **asked))


@again
def run(config: EvaluateConfig) -> Outcome:
    """Compute features once, fit the heads, measure and write the report.

    Features stay in the run folder: the same command, interrupted, goes on behind them. Exit 3
    where pictures could not be read; raises NothingLeftError where no cell can be measured.
    """
    extras.require("sklearn.linear_model", "evaluate", "compare data sets")
    started = time.perf_counter()
    bundle = bundles.load(config.model)
    specs = [spec.parse(text) for text in (str(config.data), *config.more)]
    opened = sets.open_sets(specs, config.reader, config.crack_class)
    content = {"model": bundle.digest, "data": _content(opened), "more": len(config.more)}
    with results_folder("evaluate", config, f"{bundle.name}-cross", content) as run:
        network = OnnxFeatures(bundle, config.device)
        pool = matrix.gather(opened, bundle, network, run.path, config.workers)
        cells = matrix.measure(pool, opened.sets, bundle.thresholds.upper, _rules(config))
        _check_something_left(cells)
        made = facts(bundle.identity, config, started)
        values = report.document(cells, opened, pool, config.include_trained, made)
        report.write(cells, values, run.path)
        return reported(run, report.summary(cells, values), values, pool.unreadable)


def _content(opened: sets.Opened) -> list[list[str]]:
    """What the sets are made of, wherever they lie."""
    hashes = [data.content_hash for data in opened.datasets]
    return [
        [each.name, hashing.of_value(sorted([hashes[at], key] for at, key in each.members))]
        for each in opened.sets
    ]


def _rules(config: EvaluateConfig) -> Rules:
    return Rules(
        threshold=config.threshold,
        include_trained=config.include_trained,
        prevalence=config.prevalence,
        resamples=config.bootstrap,
        seed=config.seed,
        seeds=config.seeds,
    )


def _check_something_left(cells: list[matrix.Cell]) -> None:
    if all(cell.result is None for cell in cells):
        raise NothingLeftError(
            "the model was trained on all of these pictures, or on all of a class: give other "
            "data, or --include-trained to measure how well it remembers"
        )
