"""Robustness to image degradations and crack-like objects: `crackscope evaluate --robustness`."""

import time
from typing import Any

import numpy as np

from crackscope import extras
from crackscope.commands import Outcome
from crackscope.commands.evaluate.scorer import load_scorer
from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.commands.skeleton import again, facts, reported, results_folder
from crackscope.datasets.manifest import Dataset
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation.evaluate import Selection, select
from crackscope.evaluation.robustness import false_alarms, table
from crackscope.evaluation.robustness import report as report
from crackscope.inspection.inspector import Inspector


@again
def run(config: EvaluateConfig) -> Outcome:
    """Degrade, score and write the report; exit code 3 if some patches were unreadable."""
    extras.require("matplotlib.figure", "evaluate", "plot robustness")
    started = time.perf_counter()
    inspector = load_scorer(config)
    dataset = open_dataset(config.data, config.reader, config.crack_class)
    name = f"{inspector.bundle.name}-on-{dataset.name}-robustness"
    content = {"model": inspector.bundle.digest, "data": dataset.content_hash}
    with results_folder("evaluate", config, name, content) as run:
        chosen = select(inspector, dataset, config.include_trained, config.workers)
        found = _measure(inspector, dataset, chosen, config)
        data = {"name": dataset.name, "hash": dataset.content_hash}
        made = facts(inspector.bundle.identity, config, started)
        values = report.document(found, {**made, "data": data})
        report.write(found, values, run.path)
        return reported(run, report.summary(found), values, chosen.unreadable)


def _measure(
    inspector: Inspector, dataset: Dataset, chosen: Selection, config: EvaluateConfig
) -> report.Robustness:
    labels = np.array([patch.label for patch in chosen.patches])
    rows = table.sample(labels, config.patches, config.seed)
    sampled, labels = chosen.take(rows), labels[rows]
    upper = inspector.bundle.thresholds.upper if config.threshold is None else config.threshold
    scores = table.score(inspector, dataset, sampled.patches, config.seed, config.workers)
    curves = table.measure(labels, scores, upper, sampled.groups, config.bootstrap, config.seed)
    sound = sampled.take(np.flatnonzero(labels == 0))
    return report.Robustness(
        curves=curves,
        alarms=_alarms(inspector, dataset, sound, upper, config),
        counts={
            "pictures": len(rows),
            "crack": int(labels.sum()),
            "sound": int((1 - labels).sum()),
        },
        threshold=upper,
        notes=(
            f"{len(rows)} of {len(chosen.patches)} patches were sampled, evenly from both classes",
            "the calibration error of a small sample is biased upwards: compare it with that at "
            "strength 0",
            *chosen.notes,
        ),
        example=dataset.read_pixels(sampled.patches[int(labels.argmax())]),
    )


def _alarms(
    inspector: Inspector, dataset: Dataset, sound: Selection, upper: float, config: EvaluateConfig
) -> list[false_alarms.Alarms]:
    """False alarms on synthetic concrete and, if there are any, on the sound patches."""
    common: dict[str, Any] = {"seed": config.seed, "workers": config.workers}
    count = max(1, config.patches // 2)
    found = false_alarms.on_drawn(inspector, count, upper, **common)
    if sound.patches:
        found += false_alarms.on_patches(
            inspector, dataset, sound.patches, sound.groups, upper, **common
        )
    return found
