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
    "cross": "crackscope.commands.cross",
    "load": "crackscope.inspection.inspector",
    "inspect": "crackscope.commands.inspect",
    "report": "crackscope.commands.report",
    "train": "crackscope.commands.train",
    "evaluate": "crackscope.commands.evaluate",
    "validate": "crackscope.commands.validate",
    "export": "crackscope.commands.export",
}
__all__ = ["cross", "evaluate", "export", "inspect", "load", "report", "train", "validate"]

if TYPE_CHECKING:
    from crackscope.commands.cross import cross
    from crackscope.commands.evaluate import evaluate
    from crackscope.commands.export import export
    from crackscope.commands.inspect import inspect
    from crackscope.commands.report import report
    from crackscope.commands.train import train
    from crackscope.commands.validate import validate
    from crackscope.inspection.inspector import load


def __getattr__(name: str) -> Any:
    """Import a public name on its first use, so that `import crackscope` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'crackscope' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
