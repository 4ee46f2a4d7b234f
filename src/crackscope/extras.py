"""Optional dependencies: imported on first use, with the exact pip line where one is missing."""

import importlib
import importlib.util
from types import ModuleType

from crackscope import telemetry
from crackscope.errors import MissingExtraError


def check(module: str, extra: str, purpose: str) -> None:
    """Like `require`, but only look whether `module` is there: quick, for what is large."""
    if importlib.util.find_spec(module) is None:
        raise MissingExtraError(_missing(module, extra, purpose, "it is not installed"))


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import `module`, which the extra `extra` brings; `purpose` completes 'is needed to …'.

    Raises MissingExtraError with the line that installs it.
    """
    telemetry.switch_off()
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(_missing(module, extra, purpose, str(error))) from error


def _missing(module: str, extra: str, purpose: str, reason: str) -> str:
    return (
        f"{module} is needed to {purpose}, and could not be imported ({reason}). "
        f'Install it with: pip install "crackscope[{extra}]"'
    )
