"""settings.json: what an inspection was made with, so that reports can be made later."""

import json
from dataclasses import asdict
from pathlib import Path

from crackscope.errors import UsageError
from crackscope.reporting import Context
from crackscope.run_dir import write_json

SETTINGS = "settings.json"


def save(context: Context) -> None:
    """Keep all but the folder, which may move."""
    values = asdict(context)
    del values["folder"]
    write_json(context.folder / SETTINGS, values)


def load(folder: Path) -> Context:
    """What `save` kept in a folder; raises UsageError where that is no inspection's."""
    file = folder / SETTINGS
    try:
        return Context(**json.loads(file.read_text(encoding="utf-8")), folder=folder)
    except FileNotFoundError:
        raise UsageError(
            f"results must be a folder that `crackscope inspect` wrote, with {SETTINGS} in it. "
            f"Received: {folder}. Inspections older than this command lack it: inspect again"
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{file} is damaged: {error}. Inspect again") from error
