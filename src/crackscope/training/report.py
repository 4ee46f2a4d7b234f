"""Report of a training run: metrics on the test subset, classification report, curves."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crackscope.curation.split import SplitResult
from crackscope.datasets.manifest import Dataset
from crackscope.evaluation import evaluate, figures, intervals
from crackscope.inspection.inspector import load
from crackscope.rendering import charts
from crackscope.training.history import History


def test(
    model: Path,
    dataset: Dataset,
    split: SplitResult,
    folder: Path,
    seed: int,
    workers: int | None,
) -> dict[str, Any]:
    """Score the test subset like `inspect`, and write the classification report.

    Returns `test` (name -> metric with interval), `counts` and `notes`.
    """
    inspector = load(model, threads=1)
    patches = [patch for patch in split.patches if patch.split == "test"]
    scores, _ = evaluate.score_dataset(inspector, dataset, patches, workers)
    labels = [patch.label for patch in patches]
    threshold = inspector.bundle.thresholds.upper
    groups = [patch.group for patch in patches]
    result = intervals.measure(labels, scores, threshold, groups, seed=seed)
    figures.classification_report(labels, scores, threshold, folder)
    values = result.to_dict()
    return {"test": values["metrics"], "counts": values["counts"], "notes": values["notes"]}


def curves(history: History, folder: Path) -> None:
    """Write curves.png: loss, accuracy and learning rate by epoch."""
    rows: Sequence[dict[str, Any]] = [asdict(row) for row in history.rows]
    (folder / "curves.png").write_bytes(charts.training_curves(rows))
