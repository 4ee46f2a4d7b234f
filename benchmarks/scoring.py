"""Scores of a trained model on labelled data, kept beside the model so that they are made once."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.data.manifest import Dataset
from crackscope.data.readers import open_dataset
from crackscope.evaluation import evaluate, intervals
from crackscope.inspection.inspector import load
from crackscope.types import Patch

COLUMNS = ("label", "score", "group")


@dataclass(frozen=True)
class Scores:
    """N labels, scores and source groups, and the model's own threshold."""

    labels: tuple[int, ...]
    scores: tuple[float, ...]
    groups: tuple[str, ...]
    threshold: float

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def right(self) -> tuple[bool, ...]:
        """Whether each verdict is the label."""
        pairs = zip(self.labels, self.scores, strict=True)
        return tuple((score >= self.threshold) == bool(label) for label, score in pairs)

    @property
    def errors(self) -> int:
        """How many are not."""
        return self.right.count(False)

    def of_class(self, label: int) -> "Scores":
        """The pictures of one class."""
        rows = zip(self.labels, self.scores, self.groups, strict=True)
        kept = [row for row in rows if row[0] == label]
        labels, scores, groups = zip(*kept, strict=True)
        return Scores(labels, scores, groups, self.threshold)

    def joined(self, other: "Scores") -> "Scores":
        """Both, scored by the same model."""
        return Scores(
            self.labels + other.labels,
            self.scores + other.scores,
            self.groups + other.groups,
            self.threshold,
        )

    def figures(self, names: Sequence[str]) -> dict[str, Any]:
        """Those of the figures that the pictures allow, with 95 % intervals."""
        found = intervals.measure(self.labels, self.scores, self.threshold, self.groups).metrics
        return {name: found[name].to_dict() for name in names if name in found}


def accuracy(sides: Sequence[Scores]) -> dict[str, float]:
    """Accuracy over all sides, each model at its own threshold, with a 95 % interval."""
    labels = [label for side in sides for label in side.labels]
    groups = [group for side in sides for group in side.groups]
    right = np.array([right for side in sides for right in side.right])
    verdicts = np.where(right, labels, 1 - np.array(labels))
    return intervals.measure(labels, verdicts, 0.5, groups).metrics["accuracy"].to_dict()


def of_test_side(run: Path, data: Path) -> Scores:
    """The test side of a training, as its split.csv says."""
    with (run / "split.csv").open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        groups = {
            row["path"]: row["group"] for row in csv.DictReader(file) if row["split"] == "test"
        }
    dataset = open_dataset(data)
    patches = [patch for patch in dataset.patches if patch.path in groups]
    return _scored(run, "test", dataset, patches, [groups[patch.path] for patch in patches])


def on(run: Path, name: str, data: Path) -> Scores:
    """A data set that the model has not seen."""
    dataset = open_dataset(data)
    groups = [patch.group for patch in dataset.patches]
    return _scored(run, name, dataset, dataset.patches, groups)


def _scored(
    run: Path, name: str, dataset: Dataset, patches: Sequence[Patch], groups: Sequence[str]
) -> Scores:
    inspector = load(run)
    kept = run / f"scores-{name}-{inspector.bundle.digest[:12]}.csv"
    if not kept.exists():
        scores, _ = evaluate.score_dataset(inspector, dataset, patches, None)
        rows = zip((patch.label for patch in patches), scores, groups, strict=True)
        with kept.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
    with kept.open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    return Scores(
        tuple(int(row["label"]) for row in read),
        tuple(float(row["score"]) for row in read),
        tuple(row["group"] for row in read),
        inspector.bundle.thresholds.upper,
    )
