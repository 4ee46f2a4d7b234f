"""Inspect the whole photos of a data set with masks, and match their cracks with the masks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from crackscope.curation.fingerprints import Unreadable
from crackscope.datasets.manifest import Dataset
from crackscope.datasets.readers import masks
from crackscope.errors import DatasetError, ImageError
from crackscope.evaluation import pictures
from crackscope.evaluation.lines.match import Matched, match
from crackscope.images.read import decode
from crackscope.inspection.inspector import Inspector
from crackscope.types import Crack, Photo
from crackscope.types.evaluation import Patch


@dataclass(frozen=True)
class Chosen:
    """Photos with masks to evaluate lines on, path -> source photo.

    `unreadable` are already reported; `left_out` counts photos with patches in the model's
    training data.
    """

    groups: Mapping[str, str]
    unreadable: frozenset[str] = frozenset()
    left_out: int = 0


@dataclass(frozen=True)
class MatchedSet:
    """The matched photos, empty if the model has no lines; unreadable ones, and notes."""

    photos: tuple[Matched, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[str, ...] = ()


def masks_of(dataset: Dataset) -> dict[str, str]:
    """Photo -> mask, by path, for a data set that was read with masks; {} for any other."""
    try:
        found = masks.pairs(dataset.source)
    except DatasetError:
        return {}
    return found if all(patch.path in found for patch in dataset.patches) else {}


def choose(
    dataset: Dataset,
    patches: Sequence[Patch],
    groups: Sequence[str],
    unreadable: Sequence[Unreadable] = (),
) -> Chosen:
    """The photos of a data set, including those without patches, except those with an excluded
    patch.

    `patches` are the included ones, `groups` their source photos; the source photo of a photo
    without patches is derived from its name.
    """
    known = {patch.path: group for patch, group in zip(patches, groups, strict=True)}
    names = {path: masks.photo_of(PurePosixPath(path).name) for path in masks_of(dataset)}
    by_name = {name: known[path] for path, name in names.items() if path in known}
    kept = {patch.key for patch in patches} | {bad.path for bad in unreadable}
    seen = {patch.path for patch in dataset.patches if patch.key not in kept}
    left = {
        path: known.get(path, by_name.get(name, name))
        for path, name in names.items()
        if path not in seen
    }
    bad_files = frozenset(bad.path.partition("#")[0] for bad in unreadable)
    return Chosen(left, bad_files, len(names) - len(left))


def match_dataset(
    inspector: Inspector,
    dataset: Dataset,
    chosen: Chosen,
    threshold: float | None = None,
    workers: int | None = None,
) -> MatchedSet:
    """Inspect and match the chosen photos like `inspect`; `threshold` overrides the model's.

    Load the inspector with `threads=1`: `workers` threads (default: one per core) are used.
    """
    known = masks_of(dataset)
    photos = [Patch(path, 0) for path in chosen.groups]

    def matched(few: Sequence[Photo]) -> list[Matched | Unreadable | None]:
        results = [inspector.inspect(photo, threshold) for photo in few]
        return [
            None
            if result.cracks is None
            else _match(dataset, photo, known[photo.path], chosen.groups[photo.path], result.cracks)
            for photo, result in zip(few, results, strict=True)
        ]

    # One by one at first: the first readable photo shows whether the model has lines.
    rows: list[Matched | Unreadable | None] = []
    while len(rows) < len(photos) and all(isinstance(row, Unreadable) for row in rows):
        rows += pictures.each(dataset, [photos[len(rows)]], matched, "lines", 1)
    if not rows or rows[-1] is None:
        return MatchedSet()
    rows += pictures.each(dataset, photos[len(rows) :], matched, "lines", workers)
    failed = (row for row in rows if isinstance(row, Unreadable))
    return MatchedSet(
        tuple(row for row in rows if isinstance(row, Matched)),
        tuple(bad for bad in failed if bad.path not in chosen.unreadable),
        tuple(_notes(chosen)),
    )


def _notes(chosen: Chosen) -> list[str]:
    if not chosen.left_out:
        return []
    return [
        f"lines are evaluated without {chosen.left_out} of "
        f"{chosen.left_out + len(chosen.groups)} photos: the model was trained on patches of them"
    ]


def _match(
    dataset: Dataset, photo: Photo, mask: str, group: str, cracks: Sequence[Crack]
) -> Matched | Unreadable:
    try:
        pixels = decode(dataset.source.read_bytes(mask), mask).pixels
    except (ImageError, OSError) as error:
        kind = error.kind if isinstance(error, ImageError) else "unreadable"
        return Unreadable(mask, kind, str(error))
    if pixels.shape != photo.pixels.shape:
        rule = f"a mask must have the size of its photo, {photo.width} x {photo.height} px"
        height, width = pixels.shape[:2]
        return Unreadable(mask, "unreadable", f"{rule}. Received: {width} x {height} px")
    return match(cracks, masks.cracked(pixels), group)
