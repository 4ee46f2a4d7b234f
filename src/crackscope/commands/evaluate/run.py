"""Say how good a model is on labelled pictures."""

import time
from pathlib import Path
from typing import Unpack

from crackscope import extras, run_dir
from crackscope.arguments.build import checked, make
from crackscope.commands.evaluate import cross, robustness
from crackscope.commands.evaluate.scorer import load_scorer
from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.commands.keywords import EvaluateKeywords
from crackscope.commands.outcome import Outcome, again, facts, reported
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation import report
from crackscope.evaluation.evaluate import evaluate_dataset

_SETTINGS = (
    *("include_trained", "threshold", "prevalence", "bootstrap", "seed"),
    *("runtime", "precision"),
)


@checked
def evaluate(model: str | Path, data: str | Path, **settings: Unpack[EvaluateKeywords]) -> Outcome:
    """Evaluate a model on labelled data; `settings` are the fields of EvaluateConfig."""
    return run(make(EvaluateConfig, model, data, **settings))


@again
def run(config: EvaluateConfig) -> Outcome:
    """Score, measure and write the report; exit 3 where pictures could not be read."""
    if config.cross:
        return cross.run(config)
    if config.robustness:
        return robustness.run(config)
    extras.require("sklearn.metrics", "train", "evaluate a model")
    started = time.perf_counter()
    inspector = load_scorer(config)
    dataset = open_dataset(config.data, config.reader, config.crack_class)
    name = f"{inspector.bundle.name}-on-{dataset.name}"
    settings = {key: getattr(config, key) for key in _SETTINGS}
    identity = {"model": inspector.bundle.digest, "data": dataset.content_hash, **settings}
    with run_dir.open_output("evaluate", config, name, identity) as run:
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
        made = facts(inspector.bundle.identity, settings, started)
        values = report.document(found, dataset, made)
        report.write(found, dataset, values, run.path)
        return reported(run, report.summary(found), values, found.unreadable)
