"""Say how a model bears what goes wrong between the wall and the file: evaluate --robustness."""

import time
from typing import Any

import numpy as np

from crackscope import extras
from crackscope.commands.evaluate.scorer import load_scorer
from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.commands.outcome import Outcome
from crackscope.commands.skeleton import again, facts, reported, results_folder
from crackscope.datasets.manifest import Dataset
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation.evaluate import Selection, select
from crackscope.evaluation.robustness import false_alarms, table
from crackscope.evaluation.robustness import report as report
from crackscope.inspection.inspector import Inspector


@again
def run(config: EvaluateConfig) -> Outcome:
    """Degrade, draw, score and write the report; exit 3 where pictures could not be read."""
    extras.require("matplotlib.figure", "evaluate", "draw the robustness table")
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
    drawn, labels = chosen.take(rows), labels[rows]
    upper = inspector.bundle.thresholds.upper if config.threshold is None else config.threshold
    scores = table.score(inspector, dataset, drawn.patches, config.seed, config.workers)
    curves = table.measure(labels, scores, upper, drawn.groups, config.bootstrap, config.seed)
    return report.Robustness(
        curves=curves,
        alarms=_alarms(inspector, dataset, drawn.take(np.flatnonzero(labels == 0)), upper, config),
        counts={
            "pictures": len(rows),
            "crack": int(labels.sum()),
            "sound": int((1 - labels).sum()),
        },
        threshold=upper,
        notes=(
            f"{len(rows)} of {len(chosen.patches)} pictures were drawn, evenly from both classes",
            "the calibration error of few pictures is never near 0: compare it with that at "
            "strength 0",
            *chosen.notes,
        ),
        example=dataset.read_pixels(drawn.patches[int(labels.argmax())]),
    )


def _alarms(
    inspector: Inspector, dataset: Dataset, sound: Selection, upper: float, config: EvaluateConfig
) -> list[false_alarms.Alarms]:
    """On drawn concrete, and on the sound pictures where there are any."""
    common: dict[str, Any] = {"seed": config.seed, "workers": config.workers}
    count = max(1, config.patches // 2)
    found = false_alarms.on_drawn(inspector, count, upper, **common)
    if sound.patches:
        found += false_alarms.on_patches(
            inspector, dataset, sound.patches, sound.groups, upper, **common
        )
    return found
