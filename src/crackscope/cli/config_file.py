"""Settings of a YAML file, as text: each flag parses its own value, as on the command line.

No scalar is converted to a number, date or boolean here, so `name: 010` stays 010.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import cyclopts

from crackscope import text_files
from crackscope.errors import UsageError

if TYPE_CHECKING:
    from yaml import Node

_NULL = "tag:yaml.org,2002:null"
_SWITCHES = {"on": "true", "off": "false"}
"""Booleans of YAML that flags do not accept."""


@dataclass(frozen=True)
class Value:
    """The value of a key: one word, or a list of words."""

    words: tuple[str, ...]
    is_list: bool
    place: str
    """File and line, for messages."""


def read(file: Path) -> dict[str, Value]:
    """Read the keys of a file, with `_` for `-`, and their values. Empty keys are left out.

    Raises UsageError with the line of the problem.
    """
    import yaml

    try:
        node = yaml.compose(text_files.decode(file.read_bytes()), yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {file} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise UsageError(_broken(file, error)) from error
    except RecursionError:
        raise UsageError(f"--config {file} is nested too deeply") from None
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"--config {file} must contain `key: value` lines")
    found: dict[str, Value] = {}
    for key, value in node.value:
        place = f"--config {file}, line {key.start_mark.line + 1}"
        if not isinstance(key, yaml.ScalarNode):
            raise UsageError(f"{place}: each key must be the name of a flag")
        name = key.value.replace("-", "_")
        if name in found:
            raise UsageError(f"{place}: duplicate key {key.value!r}. Remove one")
        found[name] = _value(name, value, place)
    return {name: value for name, value in found.items() if value.is_list or value.words}


def fill(values: Mapping[str, Value], arguments: Any, joined: Collection[str]) -> list[str]:
    """Set the arguments that neither a flag nor the environment has set.

    Flags named in `joined` take a comma-separated list. Returns the keys that the command does not
    have.
    """
    strange = set(values)
    for argument in arguments:
        key = argument.name.lstrip("-").replace("-", "_")
        strange.discard(key)
        if key in values and not argument.tokens:
            for index, word in enumerate(_words(key, values[key], argument.hint, joined)):
                place = values[key].place
                argument.append(
                    cyclopts.Token(keyword=f"{key} in {place}", value=word, index=index)
                )
    return sorted(strange)


def _words(key: str, value: Value, hint: Any, joined: Collection[str]) -> tuple[str, ...]:
    """The words for a flag of type `hint`."""
    if not value.is_list:
        switch = bool in (hint, *get_args(hint))
        return tuple(_SWITCHES.get(w.lower(), w) if switch else w for w in value.words)
    if get_origin(hint) is tuple:
        return value.words
    if key in joined:
        return (",".join(value.words),)
    raise UsageError(f"{value.place}: {key} takes one value. Received a list of {len(value.words)}")


def _value(name: str, node: "Node", place: str) -> Value:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return Value(() if node.tag == _NULL else (node.value,), False, place)
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not all(isinstance(item, yaml.ScalarNode) for item in items):
        raise UsageError(f"{place}: {name} takes one value or a flat list. Received a nested value")
    return Value(tuple(item.value for item in items), True, place)


def _broken(file: Path, error: Any) -> str:
    """The parser's message, without its own name for the file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1},"
    says = getattr(error, "problem", None) or getattr(error, "reason", None) or "syntax error"
    return f"--config {file}{where} is not valid YAML: {says}"
