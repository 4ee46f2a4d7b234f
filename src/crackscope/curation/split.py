"""Train, validation and test, 80:10:10, such that no copy stands on two sides."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crackscope.curation import metu_blocks, near_copies, split_checks
from crackscope.curation.fingerprints import Fingerprints, Scan, Unreadable, scan
from crackscope.curation.split_checks import SIDES
from crackscope.datasets.manifest import Dataset
from crackscope.options import SplitName
from crackscope.types import Patch

SHARES = (0.8, 0.1, 0.1)
_SHOWN = 100


@dataclass(frozen=True)
class SplitResult:
    """A divided data set.

    `patches` carry their side; `fingerprints` go with them row by row, and so do `copies`, (N,)
    int64: exact and near copies share a number. `pairs` are rows that are copies of each other and
    stand on two sides, (M, 2) int64; `shared_photos` the source photos with patches on two sides.
    `largest` is the number of patches in the largest group.
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
        """How many pairs of copies or near-copies stand on two sides."""
        return len(self.pairs)

    def distinct(self) -> tuple[Patch, ...]:
        """The patches to fit: of copies in train one for each class, as more teach nothing new."""
        kept, seen = [], set()
        for copy, patch in zip(self.copies.tolist(), self.patches, strict=True):
            if patch.split != "train" or (copy, patch.label) not in seen:
                kept.append(patch)
            seen.add((copy, patch.label))
        return tuple(kept)

    def counts(self) -> dict[str, dict[str, int]]:
        """Side -> class -> number of patches."""
        found = Counter((patch.split, patch.label) for patch in self.patches)
        return {side: {"crack": found[side, 1], "sound": found[side, 0]} for side in SIDES}

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


class Reading(NamedTuple):
    """What a split is made from: its name, and the patches that it takes part of, read."""

    name: SplitName
    scan: Scan


def read(dataset: Dataset, name: SplitName | None = None, workers: int | None = None) -> Reading:
    """Read every patch that the split `name` places, for `make`.

    grouped keeps copies, near-copies and patches of one source photo together; random does not,
    and counts what leaks; given takes the sides that the patches carry. None: given where they
    carry any, else grouped. Raises DatasetError where more than 1 % cannot be read.
    """
    if name is None:
        name = "given" if any(patch.split for patch in dataset.patches) else "grouped"
    if name == "given":
        dataset = dataset.of(split_checks.given(dataset))
    found = scan(dataset, workers)
    split_checks.readable(dataset, found)
    return Reading(name, found)


def make(
    reading: Reading,
    seed: int = 0,
    allow_leaks: bool = False,
    trained_on: Mapping[str, NDArray[Any]] | None = None,
) -> SplitResult:
    """Find the copies, and divide. Unreadable patches are left out and listed.

    `trained_on` are the arrays of `near_copies.compact` of the model that training starts from:
    what it has seen, and every group with such a patch, goes to train.

    Raises DatasetError where a class is missing or a side would lack one; LeakError where a given
    split leaks, or tests what the starting model has seen, and `allow_leaks` is not set.
    """
    name, found = reading
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
        f"the starting model has seen {int(seen.sum())} of these patches, or near-copies of them: "
        "they and all of their photos are in train, so that val and test are new to it, and smaller"
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
    """`read` and `make` in one."""
    return make(read(dataset, name, workers), seed, allow_leaks, trained_on)


def divide(
    scan: Scan, name: SplitName, seed: int, seen: NDArray[np.bool_] | None = None
) -> SplitResult:
    """Divide patches that are already read and fingerprinted; see `make`.

    `seen` (N,) marks patches that have to stay in train.
    """
    labels = np.array([patch.label for patch in scan.patches], dtype=np.int64)
    split_checks.classes(labels)
    copies = near_copies.pairs(scan.fingerprints)
    groups = group(scan, copies)
    sides = np.array([patch.split for patch in scan.patches])
    seen = np.zeros(len(labels), dtype=bool) if seen is None else seen
    if name != "given":
        units = groups if name == "grouped" else np.arange(len(labels))
        sides = assign(labels, units, seed, fixed=np.unique(units[seen]))
    split_checks.sides(labels, sides, int(seen.sum()))
    rows = np.arange(len(labels))
    if name == "grouped":  # no pair crosses, so that `pairs` needs no new row numbers
        rows = rows[~_repeated(scan.fingerprints.digests, sides)]
    patches = tuple(_placed(scan.patches[r], str(sides[r]), int(groups[r])) for r in rows.tolist())
    return SplitResult(
        name=name,
        seed=seed,
        patches=patches,
        fingerprints=scan.fingerprints.take(rows),
        copies=near_copies.clusters(len(labels), copies)[rows],
        pairs=copies[sides[copies[:, 0]] != sides[copies[:, 1]]],
        shared_photos=_shared_photos(scan.patches, sides),
        largest=int(np.bincount(groups).max()),
        notes=_notes(scan, labels, len(labels) - len(rows)),
        unreadable=scan.unreadable,
    )


def group(scan: Scan, copies: near_copies.Pairs) -> NDArray[np.int64]:
    """(N,) group numbers: copies, near-copies and patches of one photo share one, transitively.

    METU's positives are joined with blocks of consecutive numbers besides (`metu_blocks`).
    """
    links = [copies, near_copies.chain(np.array([_photo(patch) for patch in scan.patches]))]
    metu = np.array([patch.dataset == "metu" for patch in scan.patches])
    if metu.any():
        names = metu_blocks.blocks(scan.patches, copies, scan.fingerprints.colours)
        links.append(near_copies.chain(np.where(metu, names, "")))
    return near_copies.clusters(len(scan.patches), np.concatenate(links))


def _placed(patch: Patch, side: str, number: int) -> Patch:
    """The patch with its side, and with the group it was kept together with as source group."""
    return dataclasses.replace(patch, split=side, group=patch.group or f"copies-{number}")


def assign(
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    seed: int,
    fixed: NDArray[np.int64] | None = None,
) -> NDArray[np.str_]:
    """(N,) sides: whole groups to train, val and test, each class 80:10:10 as near as they allow.

    `fixed` groups go to train. The others go in order of size (powers of two; shuffled within),
    each to the side where it adds least to the chi-square distance from the wanted numbers. Pure:
    same seed, same result.
    """
    return np.array(SIDES)[apportion(labels, groups, SHARES, seed, fixed)]


def apportion(
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    shares: Sequence[float],
    seed: int,
    fixed: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """(N,) part of each patch, from 0: whole groups to parts of these shares; see `assign`."""
    count = int(groups.max()) + 1
    sizes = np.stack([np.bincount(groups[labels == c], minlength=count) for c in (0, 1)], axis=1)
    wanted = np.outer(shares, sizes.sum(axis=0))
    order = np.random.default_rng(seed).permutation(count)
    magnitude = np.floor(np.log2(sizes.sum(axis=1).clip(1)))
    placed = np.zeros_like(wanted)
    side_of = np.zeros(count, dtype=np.int64)
    fixed = np.empty(0, np.int64) if fixed is None else fixed
    placed[0] = sizes[fixed].sum(axis=0)
    order = order[~np.isin(order, fixed)]
    for index in order[np.argsort(-magnitude[order], kind="stable")]:
        cost = (sizes[index] * (2 * placed + sizes[index]) / wanted).sum(axis=1)
        side = int(cost.argmin())
        placed[side] += sizes[index]
        side_of[index] = side
    return side_of[groups]


def _photo(patch: Patch) -> str:
    return f"{patch.dataset}/{patch.group}" if patch.group else ""


def _repeated(digests: tuple[str, ...], sides: NDArray[np.str_]) -> NDArray[np.bool_]:
    """(N,) bool: exact copies in val and test but for the first: they would count twice."""
    seen: set[str] = set()
    repeated = np.zeros(len(digests), dtype=bool)
    for row, digest in enumerate(digests):
        repeated[row] = sides[row] != "train" and digest in seen
        seen.add(digest)
    return repeated


def _shared_photos(patches: tuple[Patch, ...], sides: NDArray[np.str_]) -> tuple[str, ...]:
    seen: dict[str, set[str]] = {}
    for patch, side in zip(patches, sides.tolist(), strict=True):
        if patch.group:
            seen.setdefault(_photo(patch), set()).add(side)
    return tuple(sorted(photo for photo, found in seen.items() if len(found) > 1))


def _notes(scan: Scan, labels: NDArray[np.int64], dropped: int) -> tuple[str, ...]:
    metu = sum(patch.dataset == "metu" for patch in scan.patches)
    unknown = sum(not patch.group for patch in scan.patches) - metu
    digests = scan.fingerprints.digests
    distinct = len(set(zip(digests, labels.tolist(), strict=True)))
    notes = {
        "METU does not tell source photos. Positives are kept together in blocks of about 40 "
        "consecutive numbers, so a photo at a block's end may stand on two sides; of the "
        "negatives, whose names are shuffled, only copies and near-copies are kept together": metu,
        f"the source photo of {unknown} patches is unknown: only their copies and near-copies are "
        "kept together. A CSV manifest with the column group tells it": unknown,
        f"{distinct - len(set(digests))} pictures stand in both classes: `crackscope data audit` "
        "names them": distinct - len(set(digests)),
        f"{dropped} exact copies are left out of val and test: each counts once (`evaluate` counts "
        "all that its data holds)": dropped,
    }
    return tuple(note for note, count in notes.items() if count)
