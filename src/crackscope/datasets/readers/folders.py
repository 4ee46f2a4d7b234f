"""Class folders with any names, optionally with train, val and test folders above or below."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import ClassVar

from crackscope.datasets.label_words import label_of, means_no_label
from crackscope.datasets.readers.reader import READERS, warn_skipped
from crackscope.datasets.source import Files, is_picture
from crackscope.errors import DatasetError
from crackscope.registry import nearest
from crackscope.types.evaluation import Patch

_LOG = logging.getLogger("crackscope")
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}


@READERS.register("folders")
class Folders:
    """One folder per class; subfolders of a class folder belong to it."""

    name: ClassVar[str] = ""
    licence: ClassVar[str] = "unknown"

    def recognises(self, source: Files) -> bool:
        """Whether there are images in at least two class folders."""
        return len(set(_classes(_pictures(source), None).values())) >= 2

    def read(self, source: Files, crack_class: str | None) -> Iterator[Patch]:
        """Every image in a class folder; a warning names the images outside of them.

        The crack class is given by `crack_class`, else by the names of the folders.
        """
        pictures = _pictures(source)
        classes = _classes(pictures, crack_class)
        if not classes:
            raise DatasetError(
                f"{source.root} contains no class folders. Put the cracked and the sound patches "
                "into one folder each, or give a CSV with the columns path and label"
            )
        labels = _labels(Counter(classes.values()), crack_class)
        beside = [name for name in pictures if name not in classes]
        warn_skipped(source, beside, "not in a class folder, so their label is unknown")
        for name, folder in classes.items():
            split = next((_SPLITS[part] for part in _parts(name) if part in _SPLITS), "")
            yield Patch(name, labels[folder], dataset=source.name, split=split)


def _pictures(source: Files) -> list[str]:
    return [name for name in source.names if is_picture(name)]


def _parts(name: str) -> list[str]:
    return [part.lower() for part in PurePosixPath(name).parent.parts]


def _classes(pictures: Sequence[str], crack_class: str | None) -> dict[str, str]:
    """The class folder of each image that is in one."""
    places = {
        name: [part for part in PurePosixPath(name).parent.parts if part.lower() not in _SPLITS]
        for name in pictures
    }
    depth = _depth([place for place in places.values() if place], crack_class)
    return {name: place[depth] for name, place in places.items() if len(place) > depth}


def _depth(places: Sequence[Sequence[str]], crack_class: str | None) -> int:
    """Depth of the class folders, not counting folders of subsets.

    The depth at which the names imply both classes, or one is `crack_class`; else the first depth
    at which folders differ.
    """
    levels = [
        {place[depth] for place in places if len(place) > depth}
        for depth in range(max(map(len, places), default=0))
    ]
    for depth, names in enumerate(levels):
        wanted = crack_class is not None and crack_class.lower() in map(str.lower, names)
        if wanted or {0, 1} <= {label_of(name) for name in names}:
            return depth
    for depth, names in enumerate(levels):
        if len(names) > 1 or any(label_of(name) is not None for name in names):
            return depth
    return min(map(len, places), default=1) - 1


def _labels(counts: Mapping[str, int], crack_class: str | None) -> dict[str, int]:
    """The label of each class folder; `counts` are the numbers of images in them.

    Logs the labels if they do not follow from the names alone. Raises DatasetError if the crack
    class is unknown, or if images that are probably unlabelled would become sound.
    """
    classes = sorted(counts)
    cracked = _cracked(classes, crack_class)
    labels = {name: int(name in cracked) for name in classes}
    taken = ", ".join(f"{n} ({counts[n]}) {('sound', 'crack')[v]}" for n, v in labels.items())
    if doubtful := [name for name in classes if name not in cracked and _is_unlabelled(name)]:
        raise DatasetError(
            f"folders that look unlabelled: {', '.join(doubtful)}. Their patches would be used as: "
            f"{taken}. Move these folders elsewhere, rename them to their class, or give a CSV "
            "with the columns path and label"
        )
    if any(label_of(name) != label for name, label in labels.items()):
        _LOG.warning("labels of the class folders: %s", taken)
    return labels


def _is_unlabelled(name: str) -> bool:
    return label_of(name) is None and means_no_label(name)


def _cracked(classes: Sequence[str], crack_class: str | None) -> set[str]:
    """The crack classes; raises DatasetError if unknown."""
    if crack_class is not None:
        chosen = {name for name in classes if name.lower() == crack_class.lower()}
        if not chosen:
            raise DatasetError(
                f"--crack-class must be one of: {', '.join(classes)}. "
                f"Received: {crack_class!r}.{nearest(crack_class, list(classes))}"
            )
        return chosen
    cracked = {name for name in classes if label_of(name) == 1}
    unknown = [name for name in classes if label_of(name) is None and not _is_unlabelled(name)]
    if unknown and not (cracked and len(classes) == 2):
        raise DatasetError(
            f"the crack class is unknown. The class folders are: {', '.join(classes)}. "
            "Give it with --crack-class NAME; all others become sound"
        )
    return cracked
