"""Write commands/keywords.py from the settings of the commands, for type checkers and editors.

A checker cannot follow how a dataclass becomes keyword arguments; a test holds the file to them.
"""

from dataclasses import fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from crackscope.arguments import comma_separated
from crackscope.cli.commands import COMMANDS, DATA_COMMANDS

FILE = Path(__file__).parents[1] / "src" / "crackscope" / "commands" / "keywords.py"
HEADER = '''\
"""The keyword arguments of each command, for type checkers and editors.

Made by scripts/make_keywords.py from the settings of each command; do not edit.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypedDict
'''
_MODEL = "model"
_NAMES = "str | Sequence[str]"


def page() -> str:
    """The whole of commands/keywords.py."""
    kinds = [*COMMANDS.items(), *DATA_COMMANDS.items()]
    classes = [_class(name, kind) for name, kind in kinds if any(f.kw_only for f in fields(kind))]
    return "\n\n".join([HEADER, *classes])


def _class(command: str, kind: type) -> str:
    hints, joined = get_type_hints(kind), comma_separated(kind)
    lines = [
        f"    {name}: {_NAMES if name in joined else _type(name, hints[name])}\n"
        for name in (field.name for field in fields(kind) if field.kw_only)
    ]
    head = f"class {command.title().replace('-', '')}Keywords(TypedDict, total=False):\n"
    return f'{head}    """Of `{kind.__name__}`."""\n\n{"".join(lines)}'


def _type(name: str, kind: Any) -> str:
    """As it may be given: a path also as text."""
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(_type(name, option) for option in get_args(kind))
    if get_origin(kind) is Literal:
        return _literal(get_args(kind))
    if kind is Path or name == _MODEL:
        return "str | Path"
    return "None" if kind is NoneType else str(kind.__name__)


def _literal(options: tuple[str, ...]) -> str:
    return f"Literal[{', '.join(map(_quoted, options))}]"


def _quoted(option: str) -> str:
    return f'"{option}"'


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
