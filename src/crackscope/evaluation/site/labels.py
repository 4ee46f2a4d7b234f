"""Labels that people give, as CSV: photo, x0, y0, x1, y1, label. Read here, never written over."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crackscope.data.manifest import BOX_COLUMNS, raise_all
from crackscope.errors import DatasetError
from crackscope.types import Box

Key = tuple[str, int, int, int, int]
"""Photo (as `shown` writes it) and box."""

COLUMNS = ("photo", *BOX_COLUMNS, "label")
CRACK, SOUND, UNSURE = "crack", "sound", "unsure"
_WORDS: dict[str, int | None] = {
    **dict.fromkeys((CRACK, "cracked", "1", "1.0", "yes"), 1),
    **dict.fromkeys((SOUND, "no crack", "0", "0.0", "no"), 0),
    **dict.fromkeys((UNSURE, "?", "skip"), None),
}


@dataclass(frozen=True)
class Labels:
    """What a person said: 1 (crack) or 0 (sound) by window, and the windows nobody could tell."""

    known: Mapping[Key, int]
    unsure: frozenset[Key]


def shown(path: str) -> str:
    """A photo's relative path as text that every file holds: undecodable bytes become escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def key_of(path: str, box: Box) -> Key:
    """The key of a window of the photo at the relative `path`."""
    return (shown(path), box.x0, box.y0, box.x1, box.y1)


def read(content: bytes, name: str) -> Labels:
    """The labels in a CSV; rows with an empty label are not labelled yet.

    Forgiving where nothing is lost: any order of columns, more columns, semicolons, what Excel
    saves. Raises DatasetError that lists all that is wrong: a label that is none of crack (1),
    sound (0) and unsure (?), a bad box, two labels for one window.
    """
    found: dict[Key, int | None] = {}
    problems: list[str] = []
    for line, row in _rows(content, name):
        word = row["label"].lower()
        try:
            key = key_of(row["photo"].replace("\\", "/"), _box(row))
        except ValueError as error:
            if word:
                problems.append(f"line {line}: {error}")
            continue
        if word and word not in _WORDS:
            problems.append(
                f"line {line}: a label is crack (1), sound (0) or unsure (?). "
                f"Received: {row['label']!r}"
            )
        elif word and found.setdefault(key, _WORDS[word]) != _WORDS[word]:
            problems.append(f"line {line}: another label for {key} than above")
    raise_all(name, problems)
    known = {key: label for key, label in found.items() if label is not None}
    return Labels(known, frozenset(found.keys() - known.keys()))


def to_csv(keys: Iterable[Key], labels: Labels) -> str:
    """A CSV to fill in, with the labels that are known already."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for key in keys:
        writer.writerow([*key, word_for(key, labels)])
    return text.getvalue()


def word_for(key: Key, labels: Labels) -> str:
    """crack, sound, unsure, or "" where a window has no label yet."""
    if key in labels.unsure:
        return UNSURE
    return {1: CRACK, 0: SOUND, None: ""}[labels.known.get(key)]


def _rows(content: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    text = _decode(content).removeprefix("\ufeff")
    head = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise DatasetError(f"{name} cannot be read as CSV: {error}") from error
    columns = [cell.strip().lower() for cell in lines[0][1]] if lines else []
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise DatasetError(
            f"{name} must have the columns {', '.join(COLUMNS)}; it lacks {', '.join(missing)}. "
            f"Received: {', '.join(columns) or 'nothing'}"
        )
    filled = [(line, cells) for line, cells in lines[1:] if any(cells)]
    return [(line, _row(columns, cells)) for line, cells in filled]


def _row(columns: list[str], cells: list[str]) -> dict[str, str]:
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    row = dict(zip(columns, padded, strict=False))
    return {name: value if name == "photo" else value.strip() for name, value in row.items()}


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):  # Excel's "Unicode text"
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _box(row: Mapping[str, str]) -> Box:
    sides = [float(row[name]) for name in BOX_COLUMNS]
    if any(side != side or abs(side) > 1e9 or side != int(side) for side in sides):
        raise ValueError(f"a box is four whole numbers of pixels. Received: {sides}")
    return Box(*map(int, sides))
