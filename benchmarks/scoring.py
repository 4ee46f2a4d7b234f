"""Scores of a trained model on labelled data, cached beside the model."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crackscope import tables
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation import intervals
from crackscope.evaluation.evaluate import evaluate_dataset, score_dataset
from crackscope.inspection.inspector import Inspector, load
from crackscope.run_dir import write_atomically

Rows = list[tuple[int, float, str]]
COLUMNS = ("label", "score", "group")


@dataclass(frozen=True)
class Scores:
    """Labels, scores and source groups, (N,) each, and the model's threshold."""

    labels: tuple[int, ...]
    scores: tuple[float, ...]
    groups: tuple[str, ...]
    threshold: float

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def right(self) -> tuple[bool, ...]:
        """Whether each verdict matches the label."""
        pairs = zip(self.labels, self.scores, strict=True)
        return tuple((score >= self.threshold) == bool(label) for label, score in pairs)

    @property
    def errors(self) -> int:
        """The number of errors."""
        return self.right.count(False)

    def of_class(self, label: int) -> "Scores":
        """The patches of one class."""
        rows = zip(self.labels, self.scores, self.groups, strict=True)
        kept = [row for row in rows if row[0] == label]
        labels, scores, groups = zip(*kept, strict=True)
        return Scores(labels, scores, groups, self.threshold)

    def joined(self, other: "Scores") -> "Scores":
        """Both sets of patches, scored by the same model."""
        return Scores(
            self.labels + other.labels,
            self.scores + other.scores,
            self.groups + other.groups,
            self.threshold,
        )

    def figures(self, names: Sequence[str]) -> dict[str, Any]:
        """Figures with 95 % intervals, as far as the classes allow."""
        found = intervals.measure(self.labels, self.scores, self.threshold, self.groups).metrics
        return {name: found[name].to_dict() for name in names if name in found}


def accuracy(subsets: Sequence[Scores]) -> dict[str, float]:
    """Accuracy over all test subsets, each model at its own threshold, with a 95 % interval."""
    labels = [label for subset in subsets for label in subset.labels]
    groups = [group for subset in subsets for group in subset.groups]
    right = np.array([right for subset in subsets for right in subset.right])
    verdicts = np.where(right, labels, 1 - np.array(labels))
    return intervals.measure(labels, verdicts, 0.5, groups).metrics["accuracy"].to_dict()


def of_test_subset(run: Path, data: Path) -> Scores:
    """The test subset of a training, from its split.csv."""

    def measure(inspector: Inspector) -> Rows:
        table = tables.read((run / "split.csv").read_bytes(), "split.csv", ("path", "split"))
        rows = [row for _, row in table if row["split"] == "test"]
        groups = {row["path"]: row["group"] for row in rows}
        dataset = open_dataset(data)
        patches = [patch for patch in dataset.patches if patch.path in groups]
        scores, _ = score_dataset(inspector, dataset, patches)
        return [(p.label, s, groups[p.path]) for p, s in zip(patches, scores, strict=True)]

    return _kept(run, "test", measure)


def on(run: Path, name: str, data: Path) -> Scores:
    """Another data set, scored and grouped as by `crackscope evaluate`."""

    def measure(inspector: Inspector) -> Rows:
        found = evaluate_dataset(inspector, open_dataset(data), resamples=1)
        rows = zip(found.patches, found.scores, found.groups, strict=True)
        return [(patch.label, score, f"{name}/{group}") for patch, score, group in rows]

    return _kept(run, name, measure)


def _kept(run: Path, name: str, measure: Callable[[Inspector], Rows]) -> Scores:
    inspector = load(run)
    file = run / f"scores-{name}-{inspector.bundle.digest[:12]}.csv"
    if not file.exists():
        text = io.StringIO()
        csv.writer(text).writerows([COLUMNS, *measure(inspector)])
        write_atomically(file, text.getvalue())
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    return Scores(
        tuple(int(row["label"]) for row in rows),
        tuple(float(row["score"]) for row in rows),
        tuple(row["group"] for row in rows),
        inspector.bundle.thresholds.upper,
    )
