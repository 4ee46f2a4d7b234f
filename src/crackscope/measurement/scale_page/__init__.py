"""The page on which a person marks two points or four corners of a known length in each photo."""

from crackscope.measurement.scale_page.page import Shot, marked, render

__all__ = ["Shot", "marked", "render"]
