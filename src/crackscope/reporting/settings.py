"""settings.json: what an inspection was made with, so that reports can be made later."""

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
    """Keep all but the folder, which may move."""
    values = asdict(context)
    del values["folder"]
    write_json(context.folder / SETTINGS, values)


def load(folder: Path) -> Context:
    """What `save` kept in a folder; raises UsageError where that is no inspection's, or names
    files outside the folder, which may come from anybody."""
    file = folder / SETTINGS
    try:
        values = strict_json.document(file.read_bytes())
        cover = Cover(**values.pop("cover", {}))  # inspections older than covers have none
        context = Context(**values, folder=folder, cover=cover)
        check_types(context)
        _check_inside(context.overlays.values())
    except FileNotFoundError:
        raise UsageError(
            f"results must be a folder that `crackscope inspect` wrote, with {SETTINGS} in it. "
            f"Received: {folder}. Inspections older than this command lack it: inspect again"
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{file} is damaged: {error}. Inspect again") from error
    return context


def heads(options: Mapping[str, Any]) -> bool:
    """Whether the settings of a command say anything of the head of reports, or of the card."""
    names = (*(each.name for each in fields(Cover)), "card")
    return any(options[name] is not None for name in names)


def changed(context: Context, options: Mapping[str, Any]) -> Context:
    """The context with the head and the card that the settings of a command ask for.

    What they leave open stays; raises UsageError where a text or the logo cannot be used.
    """
    with_card = context.with_card if options["card"] is None else options["card"]
    return replace(context, cover=made(options, context.cover), with_card=with_card)


def _check_inside(names: Iterable[str]) -> None:
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if "" in parts or ".." in parts or ":" in name or "\0" in name:
            raise ValueError(f"overlays must be files below the folder. Received: {name!r:.100}")
