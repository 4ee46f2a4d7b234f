"""Audit of labelled data: finds problems before training."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.curation import label_errors, near_copies, split
from crackscope.curation.fingerprints import Scan, Unreadable, scan
from crackscope.datasets.manifest import Dataset
from crackscope.types import SCHEMA_VERSION
from crackscope.types.evaluation import Patch

_LISTED = 1000


@dataclass(frozen=True)
class Suspicious:
    """A label that may be wrong; `doubt` is 0 to 1."""

    patch: Patch
    doubt: float


@dataclass(frozen=True)
class Audit:
    """The result of an audit. Pairs are patches that are exact or near copies of each other.

    classes, splits, sizes: number of patches by class, subset and `WxH`. unique: number of distinct
    files (or boxes) by class. odd: patches with an unusual size, if at least 90 % have the same
    one. on_two_sides: pairs in two subsets.
    """

    count: int
    photos: int
    classes: Mapping[str, int]
    unique: Mapping[str, int]
    splits: Mapping[str, int]
    sizes: Mapping[str, int]
    odd: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]
    exact: tuple[tuple[Patch, Patch], ...]
    near: tuple[tuple[Patch, Patch], ...]
    in_both_classes: tuple[tuple[Patch, Patch], ...]
    on_two_sides: tuple[tuple[Patch, Patch], ...]
    suspicious: tuple[Suspicious, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As in audit.json; lists of pairs are limited to 1,000, `counts` has the full numbers."""
        pairs = ("exact", "near", "in_both_classes", "on_two_sides")
        names = ("count", "photos", "classes", "unique", "splits", "sizes", "odd", "notes")
        return {
            "schema_version": SCHEMA_VERSION,
            **{name: getattr(self, name) for name in names},
            "unreadable": [dataclasses.asdict(entry) for entry in self.unreadable],
            "counts": {name: len(getattr(self, name)) for name in pairs},
            **{name: _keys(getattr(self, name)) for name in pairs},
            "suspicious": [
                {"path": one.patch.key, "label": one.patch.label, "doubt": one.doubt}
                for one in self.suspicious
            ],
        }


def audit(dataset: Dataset, suspicious: int = 48, workers: int | None = None) -> Audit:
    """Read every patch and look for problems that affect training or evaluation."""
    read = scan(dataset, workers)
    copies = near_copies.pairs(read.fingerprints)
    digests = np.array(read.fingerprints.digests)
    labels = np.array([patch.label for patch in read.patches], dtype=np.int64)
    subsets = np.array([patch.split for patch in read.patches])
    a, b = copies[:, 0], copies[:, 1]
    same_bytes = digests[a] == digests[b]
    sizes, odd = _sizes(read)
    doubted, notes = _suspicious(dataset, read, copies, suspicious, workers)
    return Audit(
        count=len(dataset),
        photos=len({(patch.dataset, patch.group) for patch in dataset.patches if patch.group}),
        classes={"crack": int(labels.sum()), "sound": int((1 - labels).sum())},
        unique={
            name: len(set(digests[labels == label])) for name, label in (("crack", 1), ("sound", 0))
        },
        splits=Counter(patch.split for patch in dataset.patches if patch.split),
        sizes=sizes,
        odd=odd,
        unreadable=read.unreadable,
        exact=_pairs(read, copies[same_bytes]),
        near=_pairs(read, copies[~same_bytes]),
        in_both_classes=_pairs(read, copies[labels[a] != labels[b]]),
        on_two_sides=_pairs(
            read, copies[(subsets[a] != subsets[b]) & (subsets[a] != "") & (subsets[b] != "")]
        ),
        suspicious=doubted,
        notes=notes,
    )


def _pairs(read: Scan, rows: NDArray[np.int64]) -> tuple[tuple[Patch, Patch], ...]:
    return tuple((read.patches[a], read.patches[b]) for a, b in rows.tolist())


def _keys(pairs: tuple[tuple[Patch, Patch], ...]) -> list[list[str]]:
    return [[a.key, b.key] for a, b in pairs[:_LISTED]]


def _sizes(read: Scan) -> tuple[dict[str, int], tuple[str, ...]]:
    """Number of patches by size, most frequent first, and the odd ones if 90 % have one size."""
    names = [f"{width}x{height}" for width, height in read.fingerprints.sizes.tolist()]
    sizes = dict(Counter(names).most_common())
    usual, count = next(iter(sizes.items()), ("", 0))
    if count < 0.9 * len(names):
        return sizes, ()
    pairs = zip(read.patches, names, strict=True)
    return sizes, tuple(patch.key for patch, name in pairs if name != usual)


def _suspicious(
    dataset: Dataset, read: Scan, copies: near_copies.Pairs, most: int, workers: int | None
) -> tuple[tuple[Suspicious, ...], tuple[str, ...]]:
    labels = np.array([patch.label for patch in read.patches], dtype=np.int64)
    if len(set(labels.tolist())) < 2:
        return (), ("the check for label errors was skipped: it needs both classes",)
    groups = split.group(read, copies)
    features = label_errors.features_of(dataset, read.patches, workers)
    doubt = label_errors.doubts(features, labels, groups)
    if doubt is None:
        return (), ("the check for label errors was skipped: too few independent patches",)
    rows = np.argsort(-doubt, kind="stable")
    first = _one_of_each(rows, near_copies.clusters(len(labels), copies))[:most]
    found = tuple(Suspicious(read.patches[row], float(doubt[row])) for row in first)
    wrong = int((doubt > 0.5).sum())
    return found, (f"{wrong} suspicious labels (doubt above 0.5); one of each set of copies",)


def _one_of_each(rows: NDArray[np.int64], clusters: NDArray[np.int64]) -> list[int]:
    """The first row of each cluster, in order."""
    first: dict[int, int] = {}
    for row in rows.tolist():
        first.setdefault(int(clusters[row]), row)
    return list(first.values())
