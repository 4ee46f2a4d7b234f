"""settings.json: the settings of an inspection, so that reports can be written later."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from crackscope import strict_json
from crackscope.errors import UsageError
from crackscope.reporting import Context
from crackscope.reporting.cover import Cover, made
from crackscope.run_dir import write_json
from crackscope.types.fields import check_types

SETTINGS = "settings.json"


def save(context: Context) -> None:
    """Save the context, except the folder, which may be moved."""
    values = asdict(context)
    del values["folder"]
    write_json(context.folder / SETTINGS, values)


def load(folder: Path) -> Context:
    """Load what `save` wrote into a results folder.

    Raises UsageError if the folder is not from an inspection, or if it names files outside itself:
    it may come from an untrusted source.
    """
    file = folder / SETTINGS
    try:
        values = strict_json.document(file.read_bytes())
        cover = Cover(**values.pop("cover", {}))  # missing in old inspections
        context = Context(**values, folder=folder, cover=cover)
        check_types(context)
        _check_inside(context.overlays.values())
    except FileNotFoundError:
        raise UsageError(
            f"results must be a results folder of `crackscope inspect` with {SETTINGS}. Received: "
            f"{folder}. If an old version wrote the folder, inspect the photos again"
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{file} is damaged: {error}. Inspect the photos again") from error
    return context


def heads(options: Mapping[str, Any]) -> bool:
    """Whether the settings of a command set the head of reports or the card."""
    names = (*(each.name for each in fields(Cover)), "card")
    return any(options[name] is not None for name in names)


def changed(context: Context, options: Mapping[str, Any]) -> Context:
    """The context with the head and card from the settings of a command.

    Settings that are None keep their value. Raises UsageError if a text or the logo cannot be used.
    """
    with_card = context.with_card if options["card"] is None else options["card"]
    return replace(context, cover=made(options, context.cover), with_card=with_card)


def _check_inside(names: Iterable[str]) -> None:
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if "" in parts or ".." in parts or ":" in name or "\0" in name:
            raise ValueError(f"overlays must be inside the folder. Received: {name!r:.100}")
