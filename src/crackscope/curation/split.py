"""Splits a data set into train, val and test, 80:10:10, without copies in two subsets."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crackscope.curation import metu_blocks, near_copies, split_checks
from crackscope.curation.fingerprints import Fingerprints, Scan, Unreadable, scan
from crackscope.curation.split_checks import SUBSETS
from crackscope.datasets.manifest import Dataset
from crackscope.options import SplitName
from crackscope.types.evaluation import Patch

FRACTIONS = (0.8, 0.1, 0.1)
_SHOWN = 100


@dataclass(frozen=True)
class SplitResult:
    """A split data set.

    `patches` have their subset in `split`; `fingerprints` and `copies` correspond to them row by
    row: (N,) int64, exact and near copies have the same number. `pairs`, (M, 2) int64, are rows of
    copies in two subsets; `shared_photos` are source photos with patches in two subsets. `largest`
    is the number of patches in the largest group.
    """

    name: SplitName
    seed: int
    patches: tuple[Patch, ...]
    fingerprints: Fingerprints
    copies: NDArray[np.int64]
    pairs: near_copies.Pairs
    shared_photos: tuple[str, ...]
    largest: int
    notes: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def leaks(self) -> int:
        """Number of pairs of copies or near-copies in two subsets."""
        return len(self.pairs)

    def distinct(self) -> tuple[Patch, ...]:
        """The patches to train on: of copies in train, one per class; the others add nothing."""
        kept, seen = [], set()
        for copy, patch in zip(self.copies.tolist(), self.patches, strict=True):
            if patch.split != "train" or (copy, patch.label) not in seen:
                kept.append(patch)
            seen.add((copy, patch.label))
        return tuple(kept)

    def counts(self) -> dict[str, dict[str, int]]:
        """Subset -> class -> number of patches."""
        found = Counter((patch.split, patch.label) for patch in self.patches)
        return {
            subset: {"crack": found[subset, 1], "sound": found[subset, 0]} for subset in SUBSETS
        }

    def to_dict(self) -> dict[str, Any]:
        """As in split.json."""
        return {
            "name": self.name,
            "seed": self.seed,
            "leaks": self.leaks,
            "leaking_pairs": [
                [self.patches[row].key for row in pair] for pair in self.pairs[:_SHOWN].tolist()
            ],
            "shared_photos": list(self.shared_photos),
            "counts": self.counts(),
            "largest_group": self.largest,
            "notes": list(self.notes),
            "unreadable": [dataclasses.asdict(entry) for entry in self.unreadable],
        }


class SplitInput(NamedTuple):
    """The input of a split: its name, and the scanned patches."""

    name: SplitName
    scan: Scan


def read(dataset: Dataset, name: SplitName | None = None, workers: int | None = None) -> SplitInput:
    """Read every patch needed for the split `name`, for `make`.

    grouped keeps copies, near-copies and patches of one source photo together; random does not,
    and counts the leaks; given uses the subsets of the patches. None: given if the patches have
    subsets, else grouped. Raises DatasetError if more than 1 % cannot be read.
    """
    if name is None:
        name = "given" if any(patch.split for patch in dataset.patches) else "grouped"
    if name == "given":
        dataset = dataset.of(split_checks.given(dataset))
    found = scan(dataset, workers)
    split_checks.readable(dataset, found)
    return SplitInput(name, found)


def make(
    given: SplitInput,
    seed: int = 0,
    allow_leaks: bool = False,
    trained_on: Mapping[str, NDArray[Any]] | None = None,
) -> SplitResult:
    """Find the copies and split. Unreadable patches are skipped and listed.

    `trained_on` are the arrays of `near_copies.compact` of the model that training starts from:
    groups with patches that it was trained on are assigned to train.

    Raises DatasetError if a class is missing, or would be missing in a subset. Unless `allow_leaks`
    is set, raises LeakError if a given split leaks, or if its val or test contains patches that the
    starting model was trained on.
    """
    name, found = given
    seen = np.zeros(len(found.patches), dtype=bool)
    if trained_on is not None:
        seen = near_copies.matches(found.fingerprints, trained_on)
    if name == "given" and not allow_leaks:
        split_checks.unseen(found.patches, seen)
    result = divide(found, name, seed, seen)
    if name == "given" and not allow_leaks:
        split_checks.leak_free(result.patches, result.pairs, result.shared_photos)
    if not seen.any():
        return result
    note = (
        f"the starting model was trained on {int(seen.sum())} of these patches, or on near-copies "
        "of them. They and all patches of their photos are in train, so val and test are smaller"
    )
    return replace(result, notes=(*result.notes, note))


def make_split(
    dataset: Dataset,
    name: SplitName | None = None,
    seed: int = 0,
    allow_leaks: bool = False,
    workers: int | None = None,
    trained_on: Mapping[str, NDArray[Any]] | None = None,
) -> SplitResult:
    """`read` followed by `make`."""
    return make(read(dataset, name, workers), seed, allow_leaks, trained_on)


def divide(
    scan: Scan, name: SplitName, seed: int, seen: NDArray[np.bool_] | None = None
) -> SplitResult:
    """Split patches that are already scanned; see `make`.

    `seen` (N,) bool marks patches that must stay in train.
    """
    labels = np.array([patch.label for patch in scan.patches], dtype=np.int64)
    split_checks.classes(labels)
    copies = near_copies.pairs(scan.fingerprints)
    groups = group(scan, copies)
    subsets = np.array([patch.split for patch in scan.patches])
    seen = np.zeros(len(labels), dtype=bool) if seen is None else seen
    if name != "given":
        units = groups if name == "grouped" else np.arange(len(labels))
        subsets = assign(labels, units, seed, fixed=np.unique(units[seen]))
    split_checks.subsets(labels, subsets, int(seen.sum()))
    rows = np.arange(len(labels))
    if name == "grouped":  # no pair is in two subsets, so the row numbers of `pairs` stay valid
        rows = rows[~_repeated(scan.fingerprints.digests, subsets)]
    patches = tuple(
        _placed(scan.patches[r], str(subsets[r]), int(groups[r])) for r in rows.tolist()
    )
    return SplitResult(
        name=name,
        seed=seed,
        patches=patches,
        fingerprints=scan.fingerprints.take(rows),
        copies=near_copies.clusters(len(labels), copies)[rows],
        pairs=copies[subsets[copies[:, 0]] != subsets[copies[:, 1]]],
        shared_photos=_shared_photos(scan.patches, subsets),
        largest=int(np.bincount(groups).max()),
        notes=_notes(scan, labels, len(labels) - len(rows)),
        unreadable=scan.unreadable,
    )


def group(scan: Scan, copies: near_copies.Pairs) -> NDArray[np.int64]:
    """(N,) int64 group numbers: copies, near-copies and patches of one photo, transitively.

    METU's positives are also grouped in blocks of consecutive numbers (`metu_blocks`).
    """
    links = [copies, near_copies.chain(np.array([_photo(patch) for patch in scan.patches]))]
    metu = np.array([patch.dataset == "metu" for patch in scan.patches])
    if metu.any():
        names = metu_blocks.blocks(scan.patches, copies, scan.fingerprints.colours)
        links.append(near_copies.chain(np.where(metu, names, "")))
    return near_copies.clusters(len(scan.patches), np.concatenate(links))


def _placed(patch: Patch, subset: str, number: int) -> Patch:
    """The patch with its subset, and with the group of its copies if its photo is unknown."""
    return dataclasses.replace(patch, split=subset, group=patch.group or f"copies-{number}")


def assign(
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    seed: int,
    fixed: NDArray[np.int64] | None = None,
) -> NDArray[np.str_]:
    """(N,) subsets: assigns whole groups to train, val and test, each class 80:10:10 if possible.

    `fixed` groups are assigned to train. The others follow in order of size (powers of two;
    shuffled within), each to the subset where it adds least to the chi-square distance from the
    target numbers. Pure: same seed, same result.
    """
    return np.array(SUBSETS)[apportion(labels, groups, FRACTIONS, seed, fixed)]


def apportion(
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    fractions: Sequence[float],
    seed: int,
    fixed: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """(N,) int64 subset of each patch, from 0: whole groups, in these fractions; see `assign`."""
    count = int(groups.max()) + 1
    sizes = np.stack([np.bincount(groups[labels == c], minlength=count) for c in (0, 1)], axis=1)
    wanted = np.outer(fractions, sizes.sum(axis=0))
    order = np.random.default_rng(seed).permutation(count)
    magnitude = np.floor(np.log2(sizes.sum(axis=1).clip(1)))
    placed = np.zeros_like(wanted)
    subset_of = np.zeros(count, dtype=np.int64)
    fixed = np.empty(0, np.int64) if fixed is None else fixed
    placed[0] = sizes[fixed].sum(axis=0)
    order = order[~np.isin(order, fixed)]
    for index in order[np.argsort(-magnitude[order], kind="stable")]:
        cost = (sizes[index] * (2 * placed + sizes[index]) / wanted).sum(axis=1)
        subset = int(cost.argmin())
        placed[subset] += sizes[index]
        subset_of[index] = subset
    return subset_of[groups]


def _photo(patch: Patch) -> str:
    return f"{patch.dataset}/{patch.group}" if patch.group else ""


def _repeated(digests: tuple[str, ...], subsets: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(N,) bool: exact copies in val and test, except the first: they would count twice."""
    seen: set[str] = set()
    repeated = np.zeros(len(digests), dtype=bool)
    for row, digest in enumerate(digests):
        repeated[row] = subsets[row] != "train" and digest in seen
        seen.add(digest)
    return repeated


def _shared_photos(patches: tuple[Patch, ...], subsets: NDArray[np.str_]) -> tuple[str, ...]:
    seen: dict[str, set[str]] = {}
    for patch, subset in zip(patches, subsets.tolist(), strict=True):
        if patch.group:
            seen.setdefault(_photo(patch), set()).add(subset)
    return tuple(sorted(photo for photo, found in seen.items() if len(found) > 1))


def _notes(scan: Scan, labels: NDArray[np.int64], dropped: int) -> tuple[str, ...]:
    metu = sum(patch.dataset == "metu" for patch in scan.patches)
    unknown = sum(not patch.group for patch in scan.patches) - metu
    digests = scan.fingerprints.digests
    distinct = len(set(zip(digests, labels.tolist(), strict=True)))
    notes = {
        "METU does not name source photos. Positives are kept together in blocks of about 40 "
        "consecutive numbers, so a photo at the end of a block may appear in two subsets. Names "
        "of negatives are shuffled: only copies and near-copies are kept together": metu,
        f"the source photo of {unknown} patches is unknown: only their copies and near-copies are "
        "kept together. To name it, give a CSV manifest with the column group": unknown,
        f"{distinct - len(set(digests))} files appear in both classes: run `crackscope data audit` "
        "to list them": distinct - len(set(digests)),
        f"{dropped} exact copies are omitted from val and test, where each file counts once "
        "(`evaluate` counts all patches)": dropped,
    }
    return tuple(note for note, count in notes.items() if count)
