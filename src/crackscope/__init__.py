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

_ELSEWHERE = {
    "cross": "crackscope.commands.evaluate.cross",
    "inspect": "crackscope.commands.inspect.from_python",
    "load": "crackscope.inspection.inspector",
}
"""Modules of the public names that are not in the `run` of their command."""
__all__ = [
    "audit",
    "cross",
    "evaluate",
    "export",
    "info",
    "inspect",
    "load",
    "measure_check",
    "plan",
    "report",
    "scale",
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
    from crackscope.commands.inspect.from_python import inspect
    from crackscope.commands.measure_check.run import measure_check
    from crackscope.commands.plan.run import plan
    from crackscope.commands.report.run import report
    from crackscope.commands.scale.run import scale
    from crackscope.commands.split.run import split
    from crackscope.commands.train.run import train
    from crackscope.commands.validate.run import validate
    from crackscope.inspection.inspector import load


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import crackscope` is fast."""
    if name not in __all__:
        raise AttributeError(f"module 'crackscope' has no attribute {name!r}")
    home = _ELSEWHERE.get(name, f"crackscope.commands.{name}.run")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    """All public names, including those not imported yet."""
    return [*__all__, "__version__"]
