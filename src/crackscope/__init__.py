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
    "audit": "crackscope.commands.audit.run",
    "cross": "crackscope.commands.evaluate.cross",
    "evaluate": "crackscope.commands.evaluate.run",
    "export": "crackscope.commands.export.run",
    "info": "crackscope.commands.info.run",
    "inspect": "crackscope.commands.inspect.run",
    "load": "crackscope.inspection.loading",
    "report": "crackscope.commands.report.run",
    "split": "crackscope.commands.split.run",
    "train": "crackscope.commands.train.run",
    "validate": "crackscope.commands.validate.run",
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
    from crackscope.commands.audit.run import audit
    from crackscope.commands.evaluate.cross import cross
    from crackscope.commands.evaluate.run import evaluate
    from crackscope.commands.export.run import export
    from crackscope.commands.info.run import info
    from crackscope.commands.inspect.run import inspect
    from crackscope.commands.report.run import report
    from crackscope.commands.split.run import split
    from crackscope.commands.train.run import train
    from crackscope.commands.validate.run import validate
    from crackscope.inspection.loading import load


def __getattr__(name: str) -> Any:
    """Import a public name on its first use, so that `import crackscope` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'crackscope' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, whether or not they have been used yet."""
    return [*__all__, "__version__"]
