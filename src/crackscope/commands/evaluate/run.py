"""Evaluate a model on labelled patches."""

import time
from pathlib import Path
from typing import Unpack

from crackscope import extras
from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.evaluate import cross, robustness
from crackscope.commands.evaluate.scorer import load_scorer
from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.commands.keywords import EvaluateKeywords
from crackscope.commands.skeleton import again, facts, reported, results_folder
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation import report
from crackscope.evaluation.evaluate import evaluate_dataset


@checked
def evaluate(model: str | Path, data: str | Path, **settings: Unpack[EvaluateKeywords]) -> Outcome:
    """Evaluate a model on labelled data; `settings` are the fields of EvaluateConfig."""
    return run(make(EvaluateConfig, model, data, **settings))


@again
def run(config: EvaluateConfig) -> Outcome:
    """Score, measure and write the report; exit code 3 if some patches were unreadable."""
    if config.cross:
        return cross.run(config)
    if config.robustness:
        return robustness.run(config)
    extras.require("sklearn.metrics", "evaluate", "evaluate a model")
    started = time.perf_counter()
    inspector = load_scorer(config)
    dataset = open_dataset(config.data, config.reader, config.crack_class)
    name = f"{inspector.bundle.name}-on-{dataset.name}"
    content = {"model": inspector.bundle.digest, "data": dataset.content_hash}
    with results_folder("evaluate", config, name, content) as run:
        found = evaluate_dataset(
            inspector,
            dataset,
            include_trained=config.include_trained,
            threshold=config.threshold,
            prevalence=config.prevalence,
            resamples=config.bootstrap,
            seed=config.seed,
            workers=config.workers,
        )
        made = facts(inspector.bundle.identity, config, started)
        values = report.document(found, dataset, made)
        report.write(found, dataset, values, run.path)
        return reported(run, report.summary(found), values, found.unreadable)
