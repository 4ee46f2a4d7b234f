"""`crackscope export`."""

from typing import Annotated

from cyclopts import Parameter

from crackscope.commands import export as command
from crackscope.commands.outcome import Outcome
from crackscope.config import ExportConfig


def export(
    config: Annotated[ExportConfig, Parameter(name="*")],
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> Outcome:
    """Write a model in another format, and prove that its scores are the same.

    Parameters
    ----------
    json
        Print the results as one JSON document, and nothing else, on stdout.
    """
    return command.run(config)
