"""`crackscope train`."""

from typing import Annotated

from cyclopts import Parameter

from crackscope.commands import train as command
from crackscope.commands.outcome import Outcome
from crackscope.config import TrainConfig


def train(
    config: Annotated[TrainConfig, Parameter(name="*")],
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> Outcome:
    """Train a crack classifier on labelled patches by transfer learning.

    Parameters
    ----------
    json
        Print the results as one JSON document, and nothing else, on stdout.
    """
    return command.run(config)
