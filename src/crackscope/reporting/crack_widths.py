"""Measured crack widths by class, with colours, labels and totals, for HTML and PDF reports."""

from collections.abc import Sequence
from dataclasses import dataclass

from crackscope.reporting import Context
from crackscope.reporting.crack_map import shades
from crackscope.reporting.measured import Width, width_of
from crackscope.reporting.quantities import ALL_FOLDERS, ALL_WIDTHS, quantities
from crackscope.reporting.width_classes import IN_MM, UNMEASURED
from crackscope.types import Crack, PhotoResult, PhotoScale

NOTE = (
    "Classes by the 95th percentile of the measured width; a width on a limit belongs to the upper "
    "class. The classes sort cracks, they do not grade them. Where photos overlap, cracks are "
    "counted twice."
)


@dataclass(frozen=True)
class ClassOfCrack:
    """The class of a crack, and other classes within the interval of its width.

    `shade` is the colour of the class, as in #9c2a00.
    """

    name: str
    others: tuple[str, ...]
    shade: str

    def __str__(self) -> str:
        """As in "class 0.3 to 0.4 mm (or 0.2 to 0.3 mm)"."""
        others = f" (or {', '.join(self.others)})" if self.others else ""
        name = "unknown" if self.name == UNMEASURED else self.name
        return f"class {name}{others}"


@dataclass(frozen=True)
class ClassRow:
    """A row of the legend."""

    name: str
    shade: str
    cracks: int
    length: str


def class_of(crack: Crack, scale: PhotoScale | None) -> ClassOfCrack | None:
    """The class of a crack; None if the photo has no scale or the width was not measured."""
    width = width_of(crack, in_mm=True)
    if scale is None or width == Width():
        return None
    name = IN_MM.name_of(width)
    return ClassOfCrack(name, _others(name, width), shade_of(name))


def legend(results: Sequence[PhotoResult], context: Context) -> list[ClassRow]:
    """Number and length of the cracks of each class in photos with a scale, thin to wide.

    Empty if no width was measured.
    """
    rows = [
        ClassRow(row.width_class, shade_of(row.width_class), row.cracks, f"{row.length_m:.3g} m")
        for row in quantities(results, context)
        if (row.folder, row.unit) == (ALL_FOLDERS, "mm") and row.width_class != ALL_WIDTHS
    ]
    return rows if any(row.name in IN_MM.names for row in rows) else []


def shade_of(name: str) -> str:
    """The colour of a class, as in #9c2a00."""
    return "#{:02x}{:02x}{:02x}".format(*shades(IN_MM)[name])


def _others(name: str, width: Width) -> tuple[str, ...]:
    if width.value is None or width.u95 is None:
        return ()
    ends = (IN_MM.name_of(Width(width.value + side * width.u95)) for side in (-1, 1))
    first, last = (IN_MM.names.index(end) for end in ends)
    return tuple(other for other in IN_MM.names[first : last + 1] if other != name)
