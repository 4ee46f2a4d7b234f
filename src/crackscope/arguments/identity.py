"""Identity of a run: the settings that determine its results, by the marks on their fields.

Settings without a mark are part of it. The marks are defined in `options.py`.
"""

from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_type_hints

from crackscope.options import BY_CONTENT, CHANGING, NOT_IDENTITY, OnlyWith

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def deciding(config: "DataclassInstance") -> dict[str, Any]:
    """Name and value of each setting that determines the results, apart from data and models."""
    found = {}
    for name, marks in _marks(type(config)).items():
        switches = [mark.switch for mark in marks if isinstance(mark, OnlyWith)]
        on = all(getattr(config, switch) for switch in switches)
        if on and NOT_IDENTITY not in marks and BY_CONTENT not in marks:
            found[name] = getattr(config, name)
    return found


def identity(command: str, config: "DataclassInstance", **content: Any) -> dict[str, Any]:
    """Identity of a run: the command, its settings, and the content of what they name.

    `content` has a hash or another identifier for each setting marked `ByContent` that is set;
    further entries are allowed. Raises TypeError if one is missing.
    """
    by_content = [name for name, marks in _marks(type(config)).items() if BY_CONTENT in marks]
    wanted = [name for name in by_content if getattr(config, name) not in (None, ())]
    if missing := [name for name in wanted if name not in content]:
        raise TypeError(f"identity() must receive the content of {', '.join(missing)}")
    changing = {name for name, marks in _marks(type(config)).items() if CHANGING in marks}
    fixed = {name: value for name, value in deciding(config).items() if name not in changing}
    return {"command": command, **fixed, **content}


def _marks(kind: type) -> dict[str, tuple[Any, ...]]:
    """The marks of each field, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: getattr(hints[field.name], "__metadata__", ()) for field in fields(kind)}
