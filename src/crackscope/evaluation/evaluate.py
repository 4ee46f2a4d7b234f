"""Evaluate a model on the patches of a data set that it was not trained on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crackscope.curation import near_copies, split
from crackscope.curation.fingerprints import Scan, Unreadable, scan
from crackscope.datasets.manifest import Dataset
from crackscope.errors import DatasetError, NothingLeftError
from crackscope.evaluation import coverage, intervals, pictures, statistics
from crackscope.evaluation.coverage import Coverage
from crackscope.evaluation.lines import dataset as whole_photos
from crackscope.evaluation.lines import measures
from crackscope.evaluation.lines.measures import LineFigures
from crackscope.evaluation.metrics import DEFAULT_PREVALENCE
from crackscope.inspection.inspector import Inspector
from crackscope.models.bundle import TRAINED_ON
from crackscope.types.evaluation import EvalResult, Patch


@dataclass(frozen=True)
class Evaluation:
    """The result of a model on one data set.

    `patches`, `scores` (N,) and `groups` ((possible) source photos) are aligned. `trained_on`
    counts the patches that the model was trained on, or near-copies of them: excluded, unless
    `included`; None if the model does not record them.
    """

    patches: tuple[Patch, ...]
    scores: NDArray[np.float64]
    groups: tuple[str, ...]
    threshold: float
    prevalence: float
    result: EvalResult
    coverage: Coverage
    trained_on: int | None
    included: bool
    unreadable: tuple[Unreadable, ...]
    lines: LineFigures | None = None

    @property
    def labels(self) -> NDArray[np.int64]:
        """(N,) int64: 1 crack, 0 sound."""
        return np.array([patch.label for patch in self.patches], dtype=np.int64)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """(N,) int64: 1 if the score reaches the threshold."""
        return (self.scores >= self.threshold).astype(np.int64)


@dataclass(frozen=True)
class Selection:
    """The patches to evaluate: readable, and not in the model's training data.

    `groups` are the (possible) source photos of `patches`. `trained_on` counts the patches that
    the model was trained on, or near-copies of them; None if it does not record them.
    """

    patches: tuple[Patch, ...]
    groups: tuple[str, ...]
    trained_on: int | None
    notes: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]

    def take(self, rows: NDArray[np.int64]) -> "Selection":
        """The given rows, in that order."""
        patches = tuple(self.patches[row] for row in rows)
        return replace(self, patches=patches, groups=tuple(self.groups[row] for row in rows))


def select(
    inspector: Inspector,
    dataset: Dataset,
    include_trained: bool = False,
    workers: int | None = None,
) -> Selection:
    """Read all patches once, and exclude those that the model was trained on.

    Raises NothingLeftError if none remain, DatasetError if none can be read.
    """
    read = scan(dataset, workers)
    seen = _seen(inspector, read)
    rows = _left(dataset, read, None if include_trained else seen)
    codes = split.group(read, near_copies.pairs(read.fingerprints))
    patches = tuple(read.patches[row] for row in rows)
    return Selection(
        patches=patches,
        groups=tuple(map(str, codes[rows])),
        trained_on=None if seen is None else int(seen.sum()),
        notes=(
            *_notes(patches, codes, rows, seen, include_trained),
            *_repeated([read.fingerprints.digests[row] for row in rows]),
        ),
        unreadable=read.unreadable,
    )


def evaluate_dataset(
    inspector: Inspector,
    dataset: Dataset,
    *,
    include_trained: bool = False,
    threshold: float | None = None,
    prevalence: float = DEFAULT_PREVALENCE,
    resamples: int = statistics.RESAMPLES,
    seed: int = 0,
    workers: int | None = None,
) -> Evaluation:
    """Score the patches that the model was not trained on, and compute the metrics.

    `threshold` None uses the model's. Raises NothingLeftError if the model was trained on all
    patches, DatasetError if none can be read.
    """
    chosen = select(inspector, dataset, include_trained, workers)
    photos = whole_photos.choose(dataset, chosen.patches, chosen.groups, chosen.unreadable)
    matched = whole_photos.match_dataset(inspector, dataset, photos, threshold, workers)
    scores, failed = score_dataset(inspector, dataset, chosen.patches, workers)
    chosen, scores = chosen.take(np.flatnonzero(~np.isnan(scores))), scores[~np.isnan(scores)]
    lower = inspector.bundle.thresholds.lower
    upper = inspector.bundle.thresholds.upper if threshold is None else threshold
    labels, groups = [patch.label for patch in chosen.patches], chosen.groups
    result = intervals.measure(labels, scores, upper, groups, prevalence, resamples, seed)
    return Evaluation(
        patches=chosen.patches,
        scores=scores,
        groups=groups,
        threshold=upper,
        prevalence=prevalence,
        result=replace(result, notes=(*chosen.notes, *result.notes, *matched.notes)),
        coverage=coverage.measure(labels, scores, lower, upper, groups, resamples, seed),
        trained_on=chosen.trained_on,
        included=include_trained,
        unreadable=(*chosen.unreadable, *failed, *matched.unreadable),
        lines=measures.measure(matched.photos, resamples, seed, upper) if matched.photos else None,
    )


def score_dataset(
    inspector: Inspector,
    dataset: Dataset,
    patches: Sequence[Patch],
    workers: int | None = None,
) -> tuple[NDArray[np.float64], tuple[Unreadable, ...]]:
    """The score of each patch (N,) float64, and the unreadable ones, whose score is NaN.

    Scores are the same as from `inspect`. Load the inspector with `threads=1`: `workers` threads
    (default: one per core) read and score.
    """
    rows = pictures.each(dataset, patches, inspector.score_photos, "scoring", workers)
    scores = [np.nan if isinstance(row, Unreadable) else row for row in rows]
    failed = tuple(row for row in rows if isinstance(row, Unreadable))
    return np.array(scores, dtype=np.float64), failed


def _left(dataset: Dataset, read: Scan, seen: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """Rows of `read` to evaluate: all except those in the training data."""
    if not read.patches:
        raise DatasetError(f"cannot read any of the {len(dataset)} patches of {dataset.name}")
    if seen is None:
        return np.arange(len(read.patches))
    if seen.all():
        raise NothingLeftError(
            f"the model was trained on all {len(seen)} readable patches of {dataset.name}, or on "
            "near-copies of them. Use other data, or --include-trained to measure memorisation"
        )
    return np.flatnonzero(~seen)


def _seen(inspector: Inspector, read: Scan) -> NDArray[np.bool_] | None:
    """(N,) bool: whether the model was trained on the patch; None if it does not record this."""
    if not inspector.bundle.has(TRAINED_ON):
        return None
    return near_copies.matches(read.fingerprints, inspector.bundle.arrays(TRAINED_ON))


def _repeated(digests: Sequence[str]) -> Iterator[str]:
    copies = len(digests) - len(set(digests))
    if copies:
        yield (
            f"{copies} of these patches are exact copies of others. All of them count here; "
            "`train` excludes copies from its test subset"
        )


def _notes(
    patches: Sequence[Patch],
    codes: NDArray[np.int64],
    rows: NDArray[np.int64],
    seen: NDArray[np.bool_] | None,
    included: bool,
) -> Iterator[str]:
    if seen is None:
        yield "the model does not record its training data: no patches could be excluded"
    elif seen.any() and included:
        yield (
            f"{seen.sum()} of these patches, or near-copies of them, were used to train the "
            "model: the metrics measure memorisation, not performance on new data"
        )
    elif seen.any():
        related = int(np.isin(codes[rows], codes[seen]).sum())
        yield (
            f"{seen.sum()} patches were excluded: the model was trained on them or on near-copies"
            + (f"; {related} of the others may be from the same source photos" if related else "")
        )
    unknown = sum(not patch.group for patch in patches)
    if unknown:
        yield (
            f"the source photo of {unknown} of {len(patches)} patches is unknown: only copies and "
            "near-copies (and METU's neighbouring numbers) are grouped, so the intervals may be "
            "too narrow"
        )
