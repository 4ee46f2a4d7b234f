"""Labels by people, as CSV: photo, x0, y0, x1, y1, label. Read here, never overwritten."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from crackscope import tables
from crackscope.datasets import label_words, spelling
from crackscope.datasets.label_words import CRACK, SOUND, UNSURE
from crackscope.datasets.manifest import BOX_COLUMNS, box_of, raise_all
from crackscope.types import Box

Key = tuple[str, int, int, int, int]
"""Photo, as its relative path, and box."""

COLUMNS = ("photo", *BOX_COLUMNS, "label")


@dataclass(frozen=True)
class Labels:
    """The labels of a person: 1 (crack) or 0 (sound) by window, and the unsure windows."""

    known: Mapping[Key, int]
    unsure: frozenset[Key]


def key_of(path: str, box: Box) -> Key:
    """The key of a window of the photo at the relative `path`."""
    return (path, box.x0, box.y0, box.x1, box.y1)


def read(content: bytes, name: str, photos: Collection[str] = ()) -> Labels:
    """The labels in a table; rows with an empty label are not labelled yet.

    Tolerates harmless differences: see `tables.read` and, for the names of `photos`,
    `spelling.meant`. Raises DatasetError with all problems: a label other than crack (1), sound (0)
    or unsure (?), an invalid box, conflicting labels for one window.
    """
    found: dict[Key, int | None] = {}
    problems: list[str] = []
    for line, row in tables.read(content, name, COLUMNS):
        if not row["label"].strip():
            continue
        try:
            label = label_words.parse(row["label"])
            key = _key(row, photos)
        except ValueError as error:
            problems.append(f"line {line}: {error}")
            continue
        if found.setdefault(key, label) != label:
            problems.append(f"line {line}: {key} has a different label above")
    raise_all(name, problems)
    known = {key: label for key, label in found.items() if label is not None}
    return Labels(known, frozenset(found.keys() - known.keys()))


def to_csv(keys: Iterable[Key], labels: Labels) -> bytes:
    """A table to fill in, with the labels known so far."""
    return tables.write(COLUMNS, ([*key, word_for(key, labels)] for key in keys))


def word_for(key: Key, labels: Labels) -> str:
    """crack, sound, unsure, or "" if a window has no label yet."""
    if key in labels.unsure:
        return UNSURE
    return {1: CRACK, 0: SOUND, None: ""}[labels.known.get(key)]


def _key(row: Mapping[str, str], photos: Collection[str]) -> Key:
    box = box_of(row)
    if box is None:
        raise ValueError("x0, y0, x1 and y1 must not be empty")
    return key_of(spelling.meant(row["photo"], photos.__contains__), box)
