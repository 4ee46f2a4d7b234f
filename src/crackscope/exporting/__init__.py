"""Export formats: one file each, found by name, verified by one parity gate."""

from crackscope.exporting.contract import FORMATS, Format
from crackscope.registry import import_plugins

import_plugins(__name__, __path__)

__all__ = ["FORMATS", "Format"]
