"""Limits of crack widths as data, and the classes that a measured width may belong to."""

from crackscope.measurement.standards.classify import Classified, classify
from crackscope.measurement.standards.shipped import load, names
from crackscope.measurement.standards.standard import GUIDE, Exposure, Standard, WidthClass

__all__ = [
    "GUIDE",
    "Classified",
    "Exposure",
    "Standard",
    "WidthClass",
    "classify",
    "load",
    "names",
]
