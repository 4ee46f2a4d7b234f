"""The sets of the cross-dataset matrix: open data sets, select classes, join parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crackscope.datasets.manifest import Dataset
from crackscope.datasets.readers import open_dataset
from crackscope.errors import DatasetError, UsageError
from crackscope.evaluation.cross.spec import Piece, Spec

Member = tuple[int, str]
"""A patch: the number of its data set, and its key there."""
_WORDS = {None: "", 0: ":sound", 1: ":crack"}


@dataclass(frozen=True)
class CrossSet:
    """A training and test set; it contains both classes."""

    name: str
    spec: Spec
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Opened:
    """The sets of a matrix, and the data sets that they refer to, each once."""

    sets: tuple[CrossSet, ...]
    datasets: tuple[Dataset, ...]


def open_sets(
    specs: Sequence[Spec], reader: str = "auto", crack_class: str | None = None
) -> Opened:
    """Open every data set once, and assemble the sets.

    Raises DatasetError for a set without both classes, UsageError for duplicate names.
    """
    numbers: dict[Path, int] = {}
    datasets: list[Dataset] = []
    sets = []
    for spec in specs:
        for part in spec.parts:
            place = Path(part.path).resolve()
            if place not in numbers:
                numbers[place] = len(datasets)
                datasets.append(open_dataset(Path(part.path), reader, crack_class))
        sets.append(_gather(spec, [numbers[Path(p.path).resolve()] for p in spec.parts], datasets))
    _check_names(sets)
    return Opened(tuple(sets), tuple(datasets))


def _gather(spec: Spec, numbers: Sequence[int], datasets: Sequence[Dataset]) -> CrossSet:
    parts = list(zip(numbers, spec.parts, strict=True))
    name = spec.name or "+".join(datasets[n].name + _WORDS[part.label] for n, part in parts)
    members: list[Member] = []
    labels: set[int] = set()
    for number, part in parts:
        chosen = _take(datasets[number], part)
        members += [(number, key) for key in chosen]
        labels |= set(chosen.values())
    if len(set(members)) < len(members):
        raise UsageError(
            f"a set must contain each patch once. Received: {spec.text!r}, with duplicates"
        )
    if labels != {0, 1}:
        _lacks_a_class(name, spec, labels)
    return CrossSet(name, spec, tuple(members))


def _take(dataset: Dataset, part: Piece) -> dict[str, int]:
    """Key -> label of the patches of a part."""
    chosen = {p.key: p.label for p in dataset.patches if part.label in (None, p.label)}
    if not chosen:
        raise DatasetError(f"{part.path}{_WORDS[part.label]} contains no patches")
    return chosen


def _lacks_a_class(name: str, spec: Spec, labels: set[int]) -> None:
    has, lacks, word = (
        ("cracked", "sound", "sound") if 1 in labels else ("sound", "cracked", "crack")
    )
    paths = spec.text.removeprefix(f"{spec.name}=")
    raise DatasetError(
        f"the set {name} contains only {has} patches; training and AUROC need {lacks} ones too. "
        f"Add some from another set: OTHER:{word}+{paths}"
    )


def _check_names(sets: Sequence[CrossSet]) -> None:
    names = [each.name for each in sets]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"set names must be unique. Received twice: {', '.join(twice)}. Remove one set, or "
            "name them: NAME=PATH"
        )
