"""`crackscope.inspect`: the command from Python, where photos may also be images in memory."""

from collections.abc import Iterable
from typing import Unpack

from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.inspect.run import run
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.commands.keywords import InspectKeywords
from crackscope.inspection.sources.memory import OnePhoto, named


@checked
def inspect(*photos: OnePhoto | Iterable[OnePhoto], **settings: Unpack[InspectKeywords]) -> Outcome:
    """Inspect photos, folders, globs, Pillow images, NumPy arrays, and lists of these.

    Writes into `out` (default: runs/inspect/NAME) and returns the results as `Outcome.data`, one
    dictionary per photo; settings are the fields of `InspectConfig`.
    """
    given = named(photos)
    return run(make(InspectConfig, tuple(given), **settings), given)
