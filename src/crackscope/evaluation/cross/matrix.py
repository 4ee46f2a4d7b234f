"""The cross-dataset matrix: train on each set, test on each, with intervals over source photos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackscope import terminal
from crackscope.curation import near_copies, split
from crackscope.curation.fingerprints import Scan, Unreadable, join, scan
from crackscope.datasets.manifest import Dataset
from crackscope.errors import DatasetError
from crackscope.evaluation import intervals, statistics
from crackscope.evaluation.cross import cache, head
from crackscope.evaluation.cross.sets import CrossSet, Opened
from crackscope.models.bundle import TRAINED_ON, Bundle
from crackscope.runtimes.features import OnnxFeatures
from crackscope.types.evaluation import EvalResult, Interval, Patch

HEAD_THRESHOLD = 0.5


@dataclass(frozen=True)
class Pool:
    """All readable patches of all data sets, N rows.

    labels: (N,) 0 or 1. groups: (N,) codes of (possible) source photos, across all data sets.
    trained: (N,) whether the model was trained on the patch, None if it does not record this.
    members: the rows of each set.
    """

    patches: tuple[Patch, ...]
    labels: NDArray[np.int64]
    groups: NDArray[np.int64]
    trained: NDArray[np.bool_] | None
    seen: cache.Features
    members: dict[str, NDArray[np.int64]]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True)
class Cell:
    """One training set (None: the unmodified model) on one test set.

    `result` is the mean over the seeds, `by_seed` the metrics of each; None and empty if nothing
    could be measured, with the `reason`. `cross_validated` counts the test patches whose photo is
    also in the training set; each is scored by a head that was not trained on its photo.
    """

    train: str | None
    test: str
    result: EvalResult | None
    by_seed: tuple[EvalResult, ...] = ()
    cross_validated: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Rules:
    """Settings of the matrix; `threshold` None: the model's own, and 0.5 for heads."""

    threshold: float | None = None
    include_trained: bool = False
    prevalence: float = 0.05
    resamples: int = statistics.RESAMPLES
    seed: int = 0
    seeds: int = 1


def gather(
    opened: Opened, bundle: Bundle, network: OnnxFeatures, folder: Path, workers: int | None = None
) -> Pool:
    """Read all patches, group them by source photo, and compute features (cached in `folder`)."""
    scans = [_scan(*numbered, workers) for numbered in enumerate(opened.datasets)]
    parts = [
        cache.features(network, bundle, dataset, read.patches, folder, workers)
        for dataset, read in zip(opened.datasets, scans, strict=True)
    ]
    read = join(scans)
    trained = None
    if bundle.has(TRAINED_ON):
        trained = near_copies.matches(read.fingerprints, bundle.arrays(TRAINED_ON))
    keys = [(number, patch.key) for number, part in enumerate(scans) for patch in part.patches]
    row_of = {key: row for row, key in enumerate(keys)}
    return Pool(
        patches=read.patches,
        labels=np.array([patch.label for patch in read.patches], np.int64),
        groups=split.group(read, near_copies.pairs(read.fingerprints)),
        trained=trained,
        seen=cache.join(parts),
        members={
            each.name: np.array([row_of[m] for m in each.members if m in row_of], np.int64)
            for each in opened.sets
        },
        unreadable=read.unreadable,
    )


def _scan(number: int, dataset: Dataset, workers: int | None) -> Scan:
    """Scan a data set, with photo names that are only unique in their folder made unique."""
    read = scan(dataset, workers)
    if not read.patches:
        raise DatasetError(f"cannot read any of the {len(dataset)} patches of {dataset.root}")
    local = ("", dataset.source.name)
    patches = tuple(
        replace(patch, dataset=f"{number}/{patch.dataset}")
        if patch.group and patch.dataset in local
        else patch
        for patch in read.patches
    )
    return replace(read, patches=patches)


def measure(pool: Pool, sets: Sequence[CrossSet], upper: float, rules: Rules) -> list[Cell]:
    """All cells, row by row, first the unmodified model (at its threshold `upper`)."""
    names = [each.name for each in sets]
    of_model = upper if rules.threshold is None else rules.threshold
    of_head = HEAD_THRESHOLD if rules.threshold is None else rules.threshold
    with terminal.progress_bar("matrix", (len(names) + 1) * len(names)) as advance:
        cells = []
        for test in names:
            cells.append(_cell(pool, None, test, [pool.seen.scores], of_model, rules))
            advance(1)
        for train in names:
            scores = _scores_by_head(pool, train, rules)
            for test in names:
                cells.append(_cell(pool, train, test, scores, of_head, rules))
                advance(1)
    return cells


def tested(pool: Pool, name: str, include_trained: bool) -> NDArray[np.int64]:
    """The test rows of a set: those that the model was not trained on."""
    rows = pool.members[name]
    if pool.trained is None or include_trained:
        return rows
    return rows[~pool.trained[rows]]


def _scores_by_head(pool: Pool, train: str, rules: Rules) -> list[NDArray[np.float64]]:
    """(N,) scores of all patches for each seed."""
    rows = pool.members[train]
    seeds = range(rules.seed, rules.seed + rules.seeds)
    heads = (
        head.fit(train, pool.seen.values, pool.labels, pool.groups, rows, seed) for seed in seeds
    )
    return [each.scores(pool.seen.values) for each in heads]


def _cell(
    pool: Pool,
    train: str | None,
    test: str,
    scores: Sequence[NDArray[np.float64]],
    threshold: float,
    rules: Rules,
) -> Cell:
    rows = tested(pool, test, rules.include_trained)
    labels = pool.labels[rows]
    if len(set(labels.tolist())) < 2:
        left = f"only {'cracked' if labels.all() else 'sound'}" if len(rows) else "no"
        reason = f"{left} patches remain without the model's training data"
        return Cell(train, test, None, reason=reason)
    groups = [str(group) for group in pool.groups[rows].tolist()]
    results = tuple(
        intervals.measure(
            *(labels, each[rows], threshold, groups),
            *(rules.prevalence, rules.resamples, rules.seed),
        )
        for each in scores
    )
    shared = 0
    if train is not None:
        shared = int(np.isin(pool.groups[rows], pool.groups[pool.members[train]]).sum())
    return Cell(train, test, mean(results), results, shared)


def mean(results: Sequence[EvalResult]) -> EvalResult:
    """Metrics and interval ends averaged over seeds; counts and notes of the first seed.

    A metric that is missing for one seed is dropped.
    """
    first = results[0]
    metrics = {}
    for name in first.metrics:
        values = [each.metrics[name] for each in results if name in each.metrics]
        if len(values) == len(results):
            ends = np.mean([(value.value, value.low, value.high) for value in values], axis=0)
            metrics[name] = Interval(*ends.tolist())
    return EvalResult(metrics, first.counts, first.notes)
