"""Checks of labelled data before and after it is split."""

import numpy as np
from numpy.typing import NDArray

from crackscope.curation.fingerprints import Scan
from crackscope.curation.near_copies import Pairs
from crackscope.datasets.manifest import Dataset
from crackscope.errors import DatasetError, LeakError
from crackscope.types.evaluation import Patch

SUBSETS = ("train", "val", "test")
MOST_UNREADABLE = 0.01
_SHOWN = 10


def given(dataset: Dataset) -> tuple[Patch, ...]:
    """The patches that have a subset; raises DatasetError if a subset is missing."""
    placed = tuple(patch for patch in dataset.patches if patch.split)
    found = {patch.split for patch in placed}
    missing = [subset for subset in SUBSETS if subset not in found]
    if missing:
        raise DatasetError(
            f"the split given with {dataset.root} must have {', '.join(SUBSETS)}. Missing: "
            f"{', '.join(missing)}. Give a CSV with the columns path and split, or make a new "
            "split with --split grouped"
        )
    return placed


def readable(dataset: Dataset, read: Scan) -> None:
    """Raise DatasetError if more than 1 % of the patches cannot be read."""
    bad = read.unreadable
    if len(bad) > MOST_UNREADABLE * len(dataset):
        shown = "".join(f"\n  {entry.path}: {entry.message}" for entry in bad[:_SHOWN])
        raise DatasetError(
            f"{len(bad)} of {len(dataset)} patches cannot be read, more than 1 %. To list them "
            f"all, run `crackscope data audit`. The first:{shown}"
        )


def classes(labels: NDArray[np.int64]) -> None:
    """Raise DatasetError if a class is empty."""
    crack, sound = int(labels.sum()), int(len(labels) - labels.sum())
    if not crack or not sound:
        raise DatasetError(
            "labelled data must contain both classes. "
            f"Received: {crack} cracked and {sound} sound patches. "
            "If the crack class has another name, give it with --crack-class"
        )


def subsets(labels: NDArray[np.int64], subsets: NDArray[np.str_], seen: int = 0) -> None:
    """Raise DatasetError if a subset lacks a class; `seen` patches had to stay in train."""
    held = (
        f". The starting model was trained on {seen} of the patches, which must stay in train: "
        "to test on them, start from other weights (--weights imagenet, none or a file)"
    )
    for label, word in ((1, "cracked"), (0, "sound")):
        empty = [subset for subset in SUBSETS if not (subsets[labels == label] == subset).any()]
        if empty:
            raise DatasetError(
                f"no {word} patch is left for {', '.join(empty)}. The class has "
                f"{int((labels == label).sum())} patches, of which copies and patches of one photo "
                "stay together. Provide at least three independent ones" + (held if seen else "")
            )


def unseen(patches: tuple[Patch, ...], seen: NDArray[np.bool_]) -> None:
    """Raise LeakError if the starting model was trained on patches of a given val or test."""
    rows = [patch for patch, known in zip(patches, seen, strict=True) if known]
    tested = [patch for patch in rows if patch.split != "train"]
    if tested:
        shown = "".join(f"\n  {patch.key} ({patch.split})" for patch in tested[:_SHOWN])
        raise LeakError(
            f"the starting model was trained on {len(tested)} patches of the given val and test "
            f"subsets, or on near-copies of them.{shown}\nStart from other weights (--weights "
            "imagenet, none or a file), or accept the leak with --allow-leaks"
        )


def leak_free(patches: tuple[Patch, ...], pairs: Pairs, shared_photos: tuple[str, ...]) -> None:
    """Raise LeakError with the first pairs of copies and photos in two subsets, if any."""
    if not len(pairs) and not shared_photos:
        return
    shown = [
        f"\n  {patches[a].key} ({patches[a].split}) = {patches[b].key} ({patches[b].split})"
        for a, b in pairs[:_SHOWN].tolist()
    ]
    shown += [f"\n  photo {photo}" for photo in shared_photos[:_SHOWN]]
    raise LeakError(
        f"the given split leaks: {len(pairs)} pairs of copies or near-copies and "
        f"{len(shared_photos)} source photos appear in two subsets."
        f"{''.join(shown)}\nMake a new split with --split grouped, or accept the leaks with "
        "--allow-leaks"
    )
