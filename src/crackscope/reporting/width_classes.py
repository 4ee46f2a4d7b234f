"""Classes of crack width, for maps and quantities.

The limits in mm are common limits of codes and repair methods. The classes grade nothing.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from crackscope.reporting.measured import Width

Unit = Literal["mm", "px"]
UNMEASURED, REGION = "width not measured", "region without a width"


@dataclass(frozen=True)
class WidthClasses:
    """Classes between consecutive `limits`; a width on a limit belongs to the upper class."""

    unit: Unit
    limits: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names from thin to wide, valid in file formats, spreadsheets and CAD layers."""
        low, high = f"under {self.limits[0]:g}", f"{self.limits[-1]:g}"
        pairs = zip(self.limits, self.limits[1:], strict=False)
        between = [f"{a:g} to {b:g} {self.unit}" for a, b in pairs]
        return (f"{low} {self.unit}", *between, f"{high} {self.unit} and over")

    @property
    def all_names(self) -> tuple[str, ...]:
        """All names; those for cracks without a class come last."""
        return (*self.names, UNMEASURED, REGION)

    def name_of(self, width: Width) -> str:
        """The class of a width.

        A width that is only known to be below a bound has the lowest class if the bound is within
        that class. Otherwise its class is unknown.
        """
        if width.value is not None:
            return self.names[bisect_right(self.limits, width.value)]
        if width.below is not None and width.below <= self.limits[0]:
            return self.names[0]
        return UNMEASURED


IN_MM = WidthClasses("mm", (0.1, 0.2, 0.3, 0.4, 1.0))
IN_PX = WidthClasses("px", (2, 4, 8, 16))
"""Classes for photos without a scale, by the traced width, for comparison within a photo."""
