"""Metrics of a model on degraded patches, by strength."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.datasets.manifest import Dataset
from crackscope.evaluation import intervals, statistics
from crackscope.evaluation.robustness import variants
from crackscope.evaluation.robustness.degrade import DEGRADATIONS, STRONGEST
from crackscope.inspection.inspector import Inspector
from crackscope.types import Pixels
from crackscope.types.evaluation import Interval, Patch

FIGURES = ("accuracy", "auroc", "calibration_error", "recall", "false_alarm_rate")
HELD = 0.02
"""Largest loss of accuracy at which a model counts as robust to a degradation."""


@dataclass(frozen=True)
class Point:
    """The metrics at one strength; `level` is the strength in its own unit."""

    strength: int
    level: str
    figures: Mapping[str, Interval]

    def to_dict(self) -> dict[str, Any]:
        """As in robustness.json."""
        figures = {name: value.to_dict() for name, value in self.figures.items()}
        return {"strength": self.strength, "level": self.level, **figures}


@dataclass(frozen=True)
class Curve:
    """One degradation at strengths 0 to 5."""

    degradation: str
    points: tuple[Point, ...]

    @property
    def accuracies(self) -> list[float]:
        """Accuracy at strengths 0 to 5."""
        return [point.figures["accuracy"].value for point in self.points]

    @property
    def held(self) -> Point:
        """The strongest point up to which at most 0.02 of accuracy is lost."""
        least = self.accuracies[0] - HELD
        lost = [strength for strength, value in enumerate(self.accuracies) if value < least]
        return self.points[min(lost, default=len(self.points)) - 1]

    def to_dict(self) -> dict[str, Any]:
        """As in robustness.json."""
        points = [point.to_dict() for point in self.points]
        return {"name": self.degradation, "held_to_strength": self.held.strength, "points": points}


def sample(labels: ArrayLike, limit: int, seed: int) -> NDArray[np.int64]:
    """Sorted rows of at most `limit` patches: half of each class, as far as possible."""
    y = np.asarray(labels)
    rng = np.random.default_rng(seed)
    cracked, sound = (rng.permutation(np.flatnonzero(y == label)) for label in (1, 0))
    of_cracked = min(len(cracked), max(limit // 2, limit - len(sound)))
    picked = np.concatenate([cracked[:of_cracked], sound[: limit - of_cracked]])
    return np.sort(picked).astype(np.int64)


def score(
    inspector: Inspector,
    dataset: Dataset,
    patches: Sequence[Patch],
    seed: int = 0,
    workers: int | None = None,
) -> NDArray[np.float64]:
    """(N, degradations, 6) float64: the score of each patch at the strengths 0 to 5."""

    def forms(row: int) -> Iterator[Pixels]:
        return degraded(dataset.read_pixels(patches[row]), seed, row)

    scores = variants.score(inspector, forms, len(patches), "degrading", workers)
    rising = scores[:, 1:].reshape(len(patches), -1, STRONGEST)
    original = np.broadcast_to(scores[:, :1, None], (*rising.shape[:2], 1))
    return np.concatenate([original, rising], axis=2)


def degraded(pixels: Pixels, seed: int, row: int) -> Iterator[Pixels]:
    """The original patch, then each degradation in turn at strengths 1 to 5."""
    yield pixels
    for index, (_, degradation) in enumerate(DEGRADATIONS):
        for strength in range(1, STRONGEST + 1):
            yield degradation(pixels, strength, np.random.default_rng([seed, row, index]))


def measure(
    labels: ArrayLike,
    scores: NDArray[np.float64],
    threshold: float,
    groups: Sequence[str],
    resamples: int = statistics.RESAMPLES,
    seed: int = 0,
) -> tuple[Curve, ...]:
    """One curve per degradation; labels: (N,), scores: from `score`, groups: N names."""

    def figures(column: NDArray[np.float64]) -> dict[str, Interval]:
        found = intervals.measure(
            labels, column, threshold, groups, resamples=resamples, seed=seed
        ).metrics
        return {name: found[name] for name in FIGURES if name in found}

    first = figures(scores[:, 0, 0])
    return tuple(
        Curve(
            name,
            (
                Point(0, degradation.level(0), first),
                *(
                    Point(strength, degradation.level(strength), figures(scores[:, n, strength]))
                    for strength in range(1, STRONGEST + 1)
                ),
            ),
        )
        for n, (name, degradation) in enumerate(DEGRADATIONS)
    )
