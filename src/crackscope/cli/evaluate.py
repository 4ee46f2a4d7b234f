"""`crackscope evaluate`."""

from typing import Annotated

from cyclopts import Parameter

from crackscope.commands import evaluate as command
from crackscope.commands.outcome import Outcome
from crackscope.config import EvaluateConfig


def evaluate(
    config: Annotated[EvaluateConfig, Parameter(name="*")],
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> Outcome:
    """Say how good a model is on labelled pictures, with intervals.

    Parameters
    ----------
    json
        Print the results as one JSON document, and nothing else, on stdout.
    """
    return command.run(config)
