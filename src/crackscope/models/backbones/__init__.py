"""Backbones, the networks that turn an image into features: one file each, found by name.

To add a backbone, add a file here that registers a `Backbone`; it is imported automatically.
"""

from crackscope.models.backbones.contract import BACKBONES, CORE, Backbone
from crackscope.registry import import_plugins

import_plugins(__name__, __path__)

__all__ = ["BACKBONES", "CORE", "Backbone"]
