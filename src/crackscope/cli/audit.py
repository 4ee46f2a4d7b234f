"""`crackscope data audit`."""

from typing import Annotated

from cyclopts import Parameter

from crackscope.commands import audit as command
from crackscope.commands.outcome import Outcome
from crackscope.config import AuditConfig


def audit(
    config: Annotated[AuditConfig, Parameter(name="*")],
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> Outcome:
    """Look for what is wrong with labelled data, before training on it.

    Parameters
    ----------
    json
        Print the results as one JSON document, and nothing else, on stdout.
    """
    return command.run(config)
