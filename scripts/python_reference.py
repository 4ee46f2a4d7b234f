"""The page of the Python interface, from signatures, annotations and docstrings.

Functions are the public names of the package; classes are those that these return, and what they
are made of, as far as annotations tell.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import crackscope
from crackscope import measurement
from crackscope.cli.commands import COMMANDS, DATA_COMMANDS, module_of

HEADER = """\
# Python

Everything below is imported as `import crackscope`. A photo may be a path, an image of Pillow, an
array of numpy, or a list of such. Errors are those of `crackscope.errors`; each says what was
received and what to do.

## Functions
"""
_COMMANDS = {module_of(name): name for name in COMMANDS} | {
    name: f"data-{name}" for name in DATA_COMMANDS
}
"""Function -> anchor of its flags in cli.md."""
_MODULES = re.compile(r"\b(?:\w+\.)+(?=\w)")
_PUBLIC = {"Inspector": ("inspect",), "Outcome": ()}
"""Methods of classes that are parts of the engine as well; of all others every method is shown."""


def page() -> str:
    """Markdown: every function, then every class."""
    functions = {name: getattr(crackscope, name) for name in crackscope.__all__}
    functions["measurement.width"] = measurement.width
    parts = [HEADER, *(_function(name, one) for name, one in functions.items())]
    classes = dict.fromkeys(kind for one in functions.values() for kind in _classes(one))
    parts += ["\n## Classes\n", *(_class(kind) for kind in classes)]
    return "".join(parts)


def _function(name: str, function: Callable[..., Any], level: str = "###") -> str:
    more = ""
    if name in _COMMANDS and level == "###":
        more = f"\nKeyword arguments: the flags of [`{name}`](cli.md#{_COMMANDS[name]}).\n"
    shown = f"{name}({', '.join(_parameters(function))})"
    return f"\n{level} {name}\n\n```python\n{shown}\n```\n\n{_text(function)}\n{more}"


def _parameters(function: Callable[..., Any]) -> Iterator[str]:
    """The parameters with their defaults; their kinds stand in the text."""
    stars: dict[Any, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
    }
    starred = False
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        starred = starred or parameter.kind is inspect.Parameter.VAR_POSITIONAL
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        if name != "self":
            yield f"{stars.get(parameter.kind, '')}{name}{default}"


def _classes(function: Callable[..., Any]) -> Iterator[type]:
    """Classes of the package that a function returns, and those of their fields and methods."""
    waiting, seen = [_hints(function).get("return")], set[Any]()
    while waiting:
        kind = waiting.pop(0)
        if kind in seen:
            continue
        seen.add(kind)
        waiting += get_args(kind)
        if inspect.isclass(kind) and kind.__module__.startswith("crackscope."):
            if not is_dataclass(kind):
                continue
            yield kind
            waiting += _public_hints(kind)


def _public_hints(kind: type) -> Iterator[Any]:
    hints = _hints(kind)
    yield from (hints[field.name] for field in _shown(kind) if field.name in hints)
    for _, method in _methods(kind):
        yield _hints(method).get("return")


def _hints(thing: Any) -> dict[str, Any]:
    """Annotations; empty where one of them exists for type checkers alone."""
    try:
        return get_type_hints(thing)
    except NameError:
        return {}


def _class(kind: type) -> str:
    hints = _hints(kind)  # without what is marked at a field
    kinds = {field.name: _kind(hints.get(field.name, field.type)) for field in _shown(kind)}
    rows = [f"| `{name}` | `{text}` |\n" for name, text in kinds.items()]
    table = "".join(["\n| field | kind |\n|---|---|\n", *rows]) if rows else ""
    methods = "".join(_function(name, method, "####") for name, method in _methods(kind))
    return f"\n### {kind.__name__}\n\n{_text(kind)}\n{table}{methods}"


def _shown(kind: type) -> list[Any]:
    """The fields that a reader may use."""
    engine = "inspect" in _PUBLIC.get(kind.__name__, ())
    return [] if engine else [field for field in fields(kind) if not field.name.startswith("_")]


def _methods(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The methods that a reader may call, those of base classes within the package included."""
    bases = [base for base in kind.__mro__ if base.__module__.startswith("crackscope.")]
    found = {name: value for base in reversed(bases) for name, value in vars(base).items()}
    for name, value in found.items():
        shown = not name.startswith("_") and name in _PUBLIC.get(kind.__name__, (name,))
        if inspect.isfunction(value) and shown:
            yield name, value


def _kind(annotation: Any) -> str:
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return _MODULES.sub("", text).replace('"', "").replace("|", "or")


def _text(thing: Any) -> str:
    """The docstring, with nothing that Markdown would take for something else."""
    return (inspect.getdoc(thing) or "").replace("<", "&lt;")
