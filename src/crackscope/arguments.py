"""Builds a configuration from keyword arguments, and validates the arguments of functions.

A value must fit the type of its setting: a string is a valid path, 3.5 epochs are not.
"""

import inspect
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import wraps
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    ParamSpec,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from crackscope.errors import UsageError
from crackscope.options import COMMA_SEPARATED, Rule, check
from crackscope.registry import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_AT_HOME = re.compile(r"~[^/\\]*(?=[/\\])|~$")
_WORDS = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    NoneType: "None",
}
Config = TypeVar("Config", bound="DataclassInstance")
P = ParamSpec("P")
R = TypeVar("R")


def make(kind: type[Config], *positional: Any, **settings: Any) -> Config:
    """Build a configuration from arguments.

    Paths may be strings, and comma-separated names may be a list. Raises UsageError that lists all
    unknown settings with the closest known ones, or else all values of a wrong type.
    """
    known = [field.name for field in fields(kind)]
    _check_names(kind.__name__, list(settings), known)
    hints, joined = get_type_hints(kind), comma_separated(kind)
    given = dict(zip(known, positional, strict=False)) | settings
    given |= {name: _joined(value) for name, value in given.items() if name in joined}
    made = {name: fit(name, value, hints[name]) for name, value in given.items()}
    check(*(rule for _, rule in made.values()))
    return at_home(kind(**{name: value for name, (value, _) in made.items()}))


def at_home(config: Config) -> Config:
    """Expand `~` at the beginning of paths to the user's home folder.

    Shells do not expand it in `--out=~/x`, in files, or in environment variables.
    """
    values = {field.name: getattr(config, field.name) for field in fields(config)}
    changed = {name: home for name, value in values.items() if (home := _expanded(value)) != value}
    return replace(config, **changed) if changed else config


def comma_separated(kind: type) -> set[str]:
    """The settings of a configuration that are comma-separated lists."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        name for name, hint in hints.items() if COMMA_SEPARATED in getattr(hint, "__metadata__", ())
    }


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator that validates the arguments of a public function; raises UsageError.

    Unknown and missing names are found by the signature, wrong types by the annotations, if these
    are types that settings have.
    """
    signature = inspect.signature(function)
    known = [name for name in signature.parameters if name != "self"]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())

    @wraps(function)
    def call(*positional: P.args, **named: P.kwargs) -> R:
        if not takes_any:
            _check_names(f"{function.__name__}()", list(named), known)
        try:
            bound = signature.bind(*positional, **named)
        except TypeError as error:
            raise UsageError(f"{function.__name__}(): {error}. Known: {', '.join(known)}") from None
        check(*_rules(function, signature, bound.arguments))
        return function(*positional, **named)

    return call


def _rules(
    function: Callable[..., Any], signature: inspect.Signature, given: dict[str, Any]
) -> Iterator[Rule]:
    """One rule for each argument named in the signature."""
    hints = get_type_hints(function)
    for name, value in given.items():
        kind = signature.parameters[name].kind
        if name in hints and kind is not inspect.Parameter.VAR_KEYWORD:
            several = kind is inspect.Parameter.VAR_POSITIONAL
            for one in value if several else [value]:
                yield fit(name, one, hints[name])[1]


def _check_names(what: str, given: list[str], known: list[str]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        names = "; ".join(f"{name!r}.{nearest(name, known)}" for name in unknown)
        raise UsageError(f"unknown setting of {what}: {names} Known: {', '.join(known)}")


def _joined(value: Any) -> Any:
    """A list of names, joined; any other value is left for `fit` to check."""
    is_names = isinstance(value, list | tuple) and all(
        isinstance(name, str | os.PathLike) for name in value
    )
    return ",".join(map(os.fspath, value)) if is_names else value


def _expanded(value: Any) -> Any:
    if isinstance(value, Path):
        return Path(_expanded(str(value)))
    if isinstance(value, str):
        return os.path.expanduser(value) if _AT_HOME.match(value) else value  # noqa: PTH111
    return tuple(map(_expanded, value)) if isinstance(value, tuple) else value


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
