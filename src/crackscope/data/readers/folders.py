"""Class folders of any names, also with train, val and test folders above or below them."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from crackscope.data.label_words import label_of
from crackscope.data.readers.reader import READERS
from crackscope.data.source import Source, is_picture
from crackscope.errors import DatasetError
from crackscope.registry import nearest
from crackscope.types import Patch

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
    """One folder a class; folders inside a class folder belong to it."""

    name: ClassVar[str] = ""
    licence: ClassVar[str] = "unknown"

    def recognises(self, source: Source) -> bool:
        """Pictures in at least two class folders."""
        return len(set(_classes(_pictures(source)).values())) >= 2

    def read(self, source: Source, crack_class: str | None) -> Iterator[Patch]:
        """Every picture; the crack class is told by the names, or by `crack_class`."""
        pictures = _pictures(source)
        classes = _classes(pictures)
        if "" in classes.values() or not classes:
            raise DatasetError(
                f"{source.root} holds no class folders: put the pictures into one folder for "
                "cracked and one for sound ones, or give a CSV with the columns path and label"
            )
        cracked = _crack_classes(sorted(set(classes.values())), crack_class)
        dataset = source.name
        for name in pictures:
            split = next((_SPLITS[part] for part in _parts(name) if part in _SPLITS), "")
            yield Patch(name, int(classes[name] in cracked), dataset=dataset, split=split)


def _pictures(source: Source) -> list[str]:
    return [name for name in source.names if is_picture(name)]


def _parts(name: str) -> list[str]:
    return [part.lower() for part in PurePosixPath(name).parent.parts]


def _classes(pictures: list[str]) -> dict[str, str]:
    """The class folder of each picture: the first folder, splits aside, in which they differ."""
    places = {
        name: [part for part in PurePosixPath(name).parent.parts if part.lower() not in _SPLITS]
        for name in pictures
    }
    shortest = min((len(place) for place in places.values()), default=0)
    depth = 0
    while depth + 1 < shortest and len({place[depth] for place in places.values()}) == 1:
        depth += 1
    return {name: place[depth] if place else "" for name, place in places.items()}


def _crack_classes(classes: list[str], crack_class: str | None) -> set[str]:
    if crack_class is not None:
        chosen = {name for name in classes if name.lower() == crack_class.lower()}
        if not chosen:
            raise DatasetError(
                f"--crack-class must be one of: {', '.join(classes)}. "
                f"Received: {crack_class!r}.{nearest(crack_class, classes)}"
            )
        return chosen
    cracked = {name for name in classes if label_of(name) == 1}
    unknown = {name for name in classes if label_of(name) is None}
    if not unknown or (cracked and len(classes) == 2):
        return cracked
    raise DatasetError(
        f"which class holds the cracks? The folders are: {', '.join(classes)}. "
        "Say it with --crack-class NAME"
    )
