"""Optional dependencies: imported on first use, with the exact pip line where one is missing."""

import importlib
from types import ModuleType

from crackscope import telemetry
from crackscope.errors import MissingExtraError


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import `module`, which the extra `extra` brings; `purpose` completes 'is needed to …'.

    Raises MissingExtraError with the line that installs it.
    """
    telemetry.switch_off()
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(
            f"{module} is needed to {purpose}, and could not be imported ({error}). "
            f'Install it with: pip install "crackscope[{extra}]"'
        ) from error
