"""Crack widths and lengths from grey values, with their uncertainty, in pixels and mm."""

from crackscope.measurement.width import Width, width

__all__ = ["Width", "width"]
