"""`crackscope info`."""

from typing import Annotated

from cyclopts import Parameter

from crackscope.commands import info as command
from crackscope.commands.outcome import Outcome
from crackscope.config import InfoConfig

_PACKAGED = InfoConfig()


def info(
    config: Annotated[InfoConfig, Parameter(name="*")] = _PACKAGED,
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> Outcome:
    """Say what a model is.

    Parameters
    ----------
    json
        Print the results as one JSON document, and nothing else, on stdout.
    """
    return command.run(config)
