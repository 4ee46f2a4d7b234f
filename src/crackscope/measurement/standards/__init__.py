"""Standards: limits of crack widths as data, and the possible classes of a measured width."""

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
