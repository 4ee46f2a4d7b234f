"""What has to hold of labelled data before and after it is divided; errors say what to do."""

import numpy as np
from numpy.typing import NDArray

from crackscope.curation.fingerprints import Scan
from crackscope.curation.near_copies import Pairs
from crackscope.datasets.manifest import Dataset
from crackscope.errors import DatasetError, LeakError
from crackscope.types import Patch

SIDES = ("train", "val", "test")
MOST_UNREADABLE = 0.01
_SHOWN = 10


def given(dataset: Dataset) -> tuple[Patch, ...]:
    """The patches that carry a side; raises DatasetError where a side is missing."""
    carried = tuple(patch for patch in dataset.patches if patch.split)
    found = {patch.split for patch in carried}
    missing = [side for side in SIDES if side not in found]
    if missing:
        raise DatasetError(
            f"the split given with {dataset.root} must have {', '.join(SIDES)}; it lacks "
            f"{', '.join(missing)}. Bring a CSV with the columns path and split, or let the data "
            "be divided anew with --split grouped"
        )
    return carried


def readable(dataset: Dataset, read: Scan) -> None:
    """Raise DatasetError where more than 1 % of the patches cannot be read."""
    bad = read.unreadable
    if len(bad) > MOST_UNREADABLE * len(dataset):
        shown = "".join(f"\n  {entry.path}: {entry.message}" for entry in bad[:_SHOWN])
        raise DatasetError(
            f"{len(bad)} of {len(dataset)} pictures cannot be read, more than 1 %. "
            f"`crackscope data audit` lists them all. The first:{shown}"
        )


def classes(labels: NDArray[np.int64]) -> None:
    """Raise DatasetError where a class is empty."""
    crack, sound = int(labels.sum()), int(len(labels) - labels.sum())
    if not crack or not sound:
        raise DatasetError(
            f"both classes are needed; there are {crack} cracked and {sound} sound patches. "
            "Where a class has another name, say which holds the cracks with --crack-class"
        )


def sides(labels: NDArray[np.int64], sides: NDArray[np.str_], seen: int = 0) -> None:
    """Raise DatasetError where a side lacks a class; `seen` patches had to stay in train."""
    held = (
        f". The starting model was trained on {seen} of the patches, which had to stay in train: "
        "start from other weights (--weights imagenet, none or a file) to test on them"
    )
    for label, word in ((1, "cracked"), (0, "sound")):
        empty = [side for side in SIDES if not (sides[labels == label] == side).any()]
        if empty:
            raise DatasetError(
                f"no {word} patch is left for {', '.join(empty)}: the class has "
                f"{int((labels == label).sum())} patches, and those that are copies or of one "
                "photo stay together. At least three independent ones are needed"
                + (held if seen else "")
            )


def unseen(patches: tuple[Patch, ...], seen: NDArray[np.bool_]) -> None:
    """Raise LeakError where val or test of a given split holds what the starting model saw."""
    rows = [patch for patch, known in zip(patches, seen, strict=True) if known]
    tested = [patch for patch in rows if patch.split != "train"]
    if tested:
        shown = "".join(f"\n  {patch.key} ({patch.split})" for patch in tested[:_SHOWN])
        raise LeakError(
            f"the starting model was trained on {len(tested)} patches of the given val and test "
            f"sides, or on near-copies of them.{shown}\nStart from other weights (--weights "
            "imagenet, none or a file), or accept it with --allow-leaks"
        )


def leak_free(patches: tuple[Patch, ...], pairs: Pairs, shared_photos: tuple[str, ...]) -> None:
    """Raise LeakError that shows the first pairs of copies and the photos on two sides."""
    if not len(pairs) and not shared_photos:
        return
    shown = [
        f"\n  {patches[a].key} ({patches[a].split}) = {patches[b].key} ({patches[b].split})"
        for a, b in pairs[:_SHOWN].tolist()
    ]
    shown += [f"\n  photo {photo}" for photo in shared_photos[:_SHOWN]]
    raise LeakError(
        f"the given split leaks: {len(pairs)} pairs of copies or near-copies and "
        f"{len(shared_photos)} source photos stand on two sides."
        f"{''.join(shown)}\nDivide it anew with --split grouped, or accept it with "
        "--allow-leaks"
    )
