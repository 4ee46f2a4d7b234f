"""How wide: from the grey values across a crack to its width and how sure that is."""

from crackscope.measurement.width import Width, width

__all__ = ["Width", "width"]
