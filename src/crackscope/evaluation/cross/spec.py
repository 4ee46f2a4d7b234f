"""How a set of the matrix is written: `[NAME=]PATH[:CLASS][+PATH[:CLASS]…]`."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from crackscope.datasets.label_words import label_of
from crackscope.errors import UsageError

_RULE = (
    "a set is written [NAME=]PATH[:CLASS][+PATH[:CLASS]…], where CLASS is crack or sound (or "
    "Positive, Negative). Received: {!r}"
)
_NAME = re.compile(r"[^=+:/\\]*")
_SEPARATORS = ("/", "\\")


@dataclass(frozen=True)
class Piece:
    """A data set, or one class of it: `label` 1 is crack, 0 sound, None both."""

    path: str
    label: int | None = None


@dataclass(frozen=True)
class Spec:
    """Parts that are joined to one set; `name` is "" where none was given."""

    text: str
    name: str
    parts: tuple[Piece, ...]


def parse(text: str, exists: Callable[[str], bool] = os.path.exists) -> Spec:
    """Read one set; raises UsageError with the rule, what was received and what is wrong.

    A path that exists is taken as it stands, whatever signs it holds.

    >>> parse("wet=a:Positive+b", exists=lambda path: path in "ab").parts
    (Piece(path='a', label=1), Piece(path='b', label=None))
    """
    if exists(text):
        return Spec(text, "", (Piece(text),))
    name, rest = _named(text)
    pieces = [rest] if exists(rest) else rest.split("+")
    return Spec(text, name, tuple(_part(_at_home(piece), text, exists) for piece in pieces))


def _at_home(piece: str) -> str:
    try:
        return os.path.expanduser(piece)  # noqa: PTH111
    except ValueError:  # a NUL: nobody has that name
        return piece


def _named(text: str) -> tuple[str, str]:
    name, sign, rest = text.partition("=")
    if not sign or not _NAME.fullmatch(name):
        return "", text
    if not name.strip():
        raise UsageError(f"no name before the =: {_RULE.format(text)}")
    return name.strip(), rest


def _part(piece: str, text: str, exists: Callable[[str], bool]) -> Piece:
    if exists(piece):
        return Piece(piece)
    path, sign, word = piece.rpartition(":")
    if not sign or any(separator in word for separator in _SEPARATORS):  # as in C:\walls
        path, word = piece, ""
    if not path:
        raise UsageError(f"a path is missing: {_RULE.format(text)}")
    if not exists(path):
        raise UsageError(f"there is no {path!r}: {_RULE.format(text)}")
    label = label_of(word)
    if label is None:
        raise UsageError(f"{word!r} is no class: {_RULE.format(text)}")
    return Piece(path, label)
