"""`crackscope inspect`."""

from typing import Annotated

from cyclopts import Parameter

from crackscope.commands import inspect as command
from crackscope.commands.outcome import Outcome
from crackscope.config import InspectConfig


def inspect(
    config: Annotated[InspectConfig, Parameter(name="*")],
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> Outcome:
    """Find cracks in whole photos: overlays, index.html, results.jsonl and CSV.

    Parameters
    ----------
    json
        Print the results as JSON Lines, and nothing else, on stdout.
    """
    return command.run(config)
