"""Sources of the scale of a photo, one module each, in SOURCES; the most certain is used."""

from crackscope.measurement.scale.choose import choose, scale_of, settled
from crackscope.measurement.scale.scale import ASSUMED_TILT_DEG, Answer, Notice, Scale
from crackscope.measurement.scale.source import SOURCES, Source
from crackscope.registry import import_plugins

__all__ = [
    "ASSUMED_TILT_DEG",
    "SOURCES",
    "Answer",
    "Notice",
    "Scale",
    "Source",
    "choose",
    "scale_of",
    "settled",
]

import_plugins(__name__, __path__)
