"""Cross-dataset generalisation: `crackscope evaluate MODEL --cross A B …`.

Trains a head on each of several data sets and tests it on each.
"""

import time
from pathlib import Path
from typing import Unpack

from crackscope import extras, hashing
from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.commands.keywords import EvaluateKeywords
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
    """Measure cross-dataset generalisation, with data sets written as for `--cross`.

    `settings` are the fields of EvaluateConfig.
    """
    asked = {**settings, "cross": True}
    return run(make(EvaluateConfig, model, data, more, **asked))


@again
def run(config: EvaluateConfig) -> Outcome:
    """Compute features once, fit the heads, measure and write the report.

    Features are kept in the results folder, so an interrupted run does not compute them again. Exit
    code 3 if some patches were unreadable; raises NothingLeftError if no cell can be measured.
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
    """The name and content hash of each data set, independent of its path."""
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
            "the model was trained on all of these patches, or on all patches of one class. Give "
            "other data, or set --include-trained to measure on training data"
        )
