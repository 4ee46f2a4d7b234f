"""Networks that turn a picture into features: one file each, found by name.

A new backbone is one new file here that registers a `Backbone`; it is picked up by itself.
"""

from crackscope.models.backbones.contract import BACKBONES, CORE, Backbone
from crackscope.registry import import_plugins

import_plugins(__name__, __path__)

__all__ = ["BACKBONES", "CORE", "Backbone"]
