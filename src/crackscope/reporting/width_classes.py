"""Classes of crack width, as data: what maps and quantities are sorted by.

The limits in mm are those at which codes and repair methods commonly change; they judge nothing.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

from crackscope.reporting.measured import Width

Unit = Literal["mm", "px"]
UNMEASURED, REGION = "width not measured", "region without a width"


@dataclass(frozen=True)
class WidthClasses:
    """Classes from each of the `limits` to the next; a width on a limit is in the upper class."""

    unit: Unit
    limits: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """From thin to wide, in words that file formats, spreadsheets and CAD layers take."""
        low, high = f"under {self.limits[0]:g}", f"{self.limits[-1]:g}"
        pairs = zip(self.limits, self.limits[1:], strict=False)
        between = [f"{a:g} to {b:g} {self.unit}" for a, b in pairs]
        return (f"{low} {self.unit}", *between, f"{high} {self.unit} and over")

    @property
    def all_names(self) -> tuple[str, ...]:
        """Those of cracks that no class can be given to come last."""
        return (*self.names, UNMEASURED, REGION)

    def name_of(self, width: Width) -> str:
        """The class of a width.

        One that is only known to be below a bound has the lowest class where the bound is within
        it, else none: it might be any of several.
        """
        if width.value is not None:
            return self.names[bisect_right(self.limits, width.value)]
        if width.below is not None and width.below <= self.limits[0]:
            return self.names[0]
        return UNMEASURED


IN_MM = WidthClasses("mm", (0.1, 0.2, 0.3, 0.4, 1.0))
IN_PX = WidthClasses("px", (2, 4, 8, 16))
"""Of the lines as they were found, where a photo has no scale: how they compare to each other."""
