"""`crackscope data split`."""

from typing import Annotated

from cyclopts import Parameter

from crackscope.commands import split as command
from crackscope.commands.outcome import Outcome
from crackscope.config import SplitConfig


def split(
    config: Annotated[SplitConfig, Parameter(name="*")],
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> Outcome:
    """Divide labelled data 80:10:10 so that no copy stands on two sides.

    Parameters
    ----------
    json
        Print the results as one JSON document, and nothing else, on stdout.
    """
    return command.run(config)
