"""Checks a value against the type of a setting: a string is a valid path, 3.5 epochs are not."""

import math
import os
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from crackscope.arguments.rules import Rule
from crackscope.registry import nearest

_WORDS = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    NoneType: "None",
}


def fit(name: str, value: Any, kind: Any) -> tuple[Any, Rule]:
    """Convert the value to `kind`; returns the value and the rule that it keeps or breaks.

    `kind` is bool, int, float, str, Path, None, a Literal, a tuple[kind, ...] or a union of these.
    Any other kind accepts every value.
    """
    shown = f"{value!r:.80} ({type(value).__name__})"
    rule = f"{name} must be {_words(kind)}. Received: {shown}{_hint(value, kind)}"
    try:
        return _as(value, kind), (True, rule)
    except TypeError:
        return value, (False, rule)


def _as(value: Any, kind: Any) -> Any:
    """Convert, or raise TypeError."""
    origin, options = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _first_of(value, options)
    if origin is Literal:
        return _require(isinstance(value, str) and value in options, value)
    if origin is tuple:
        several = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
        _require(several, value)
        return tuple(_as(item, options[0]) for item in value)
    if kind in _WORDS:
        return _plain(value, kind)
    return value


def _first_of(value: Any, options: Iterable[Any]) -> Any:
    for option in options:
        try:
            return _as(value, option)
        except TypeError:
            continue
    raise TypeError


def _plain(value: Any, kind: type) -> Any:
    if kind is Path:
        return Path(_require(isinstance(value, str | os.PathLike), value))
    if kind is str:
        return os.fspath(_require(isinstance(value, str | os.PathLike), value))
    if kind is float:
        return float(_require(_is_number(value, Real) and _is_finite(value), value))
    if kind is int:
        return int(_require(_is_number(value, Integral), value))
    return _require(isinstance(value, kind), value)


def _is_number(value: Any, kind: type) -> bool:
    """Whether it is a number; bool is not, although Python counts it as int."""
    return isinstance(value, kind) and type(value) is not bool


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond the range of a float
        return False


def _require(holds: bool, value: Any) -> Any:
    if not holds:
        raise TypeError
    return value


def _hint(value: Any, kind: Any) -> str:
    """The closest allowed word, as in ". Did you mean 'openvino'?"."""
    literals = [one for one in (kind, *get_args(kind)) if get_origin(one) is Literal]
    words = [word for one in literals for word in get_args(one)]
    near = nearest(value, words) if isinstance(value, str) else ""
    return f".{near}" if near else ""


def _words(kind: Any) -> str:
    origin, options = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return " or ".join(map(_words, options))
    if origin is Literal:
        return f"one of: {', '.join(options)}"
    if origin is tuple:
        return f"a list, each {_words(options[0])}"
    return _WORDS.get(kind, str(kind))
