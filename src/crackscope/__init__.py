"""crackscope finds cracks in photos of concrete.

>>> import crackscope
>>> scope = crackscope.load()
>>> scope.inspect("wall.jpg").verdict  # doctest: +SKIP
'crack'
"""

import importlib
from typing import TYPE_CHECKING, Any

from crackscope import telemetry

__version__ = "0.1.0"
telemetry.switch_off()  # now: ONNX Runtime reports from the moment it is imported

_HOMES = {
    "audit": "crackscope.commands.audit",
    "cross": "crackscope.commands.cross",
    "evaluate": "crackscope.commands.evaluate",
    "export": "crackscope.commands.export",
    "info": "crackscope.commands.info",
    "inspect": "crackscope.commands.inspect",
    "load": "crackscope.inspection.inspector",
    "report": "crackscope.commands.report",
    "split": "crackscope.commands.split",
    "train": "crackscope.commands.train",
    "validate": "crackscope.commands.validate",
}
__all__ = [
    "audit",
    "cross",
    "evaluate",
    "export",
    "info",
    "inspect",
    "load",
    "report",
    "split",
    "train",
    "validate",
]

if TYPE_CHECKING:
    from crackscope.commands.audit import audit
    from crackscope.commands.cross import cross
    from crackscope.commands.evaluate import evaluate
    from crackscope.commands.export import export
    from crackscope.commands.info import info
    from crackscope.commands.inspect import inspect
    from crackscope.commands.report import report
    from crackscope.commands.split import split
    from crackscope.commands.train import train
    from crackscope.commands.validate import validate
    from crackscope.inspection.inspector import load


def __getattr__(name: str) -> Any:
    """Import a public name on its first use, so that `import crackscope` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'crackscope' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, whether or not they have been used yet."""
    return [*__all__, "__version__"]
